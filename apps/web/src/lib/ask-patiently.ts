import { ApiFailure } from '@carillon/contract/http/client';
import { noteAnswered } from '../live/link-state.js';

/** Nothing answered for so long: the page says that it may be old. */
export const patienceMs = 15_000;
/** A question, which changes nothing, is given up then and asked anew. */
export const giveUpMs = 60_000;

/** Counted since the page was opened. */
let answers = 0;

/**
 * Asks the server, and notes whether anything is answered at all: on a line that is cut somewhere far away a request
 * neither fails nor ends.
 * @param isQuestion it may be given up; what may have been done is waited for
 * @throws what `ask` throws, and TypeError where it was given up
 */
export async function askPatiently<T>(
  isQuestion: boolean,
  signal: AbortSignal | undefined,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const before = answers;
  const own = new AbortController();
  const abort = () => own.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  const doubt = setTimeout(() => answers === before && noteAnswered(false), patienceMs);
  let isGivenUp = false;
  const end = setTimeout(() => {
    isGivenUp = isQuestion;
    if (isQuestion) own.abort();
  }, giveUpMs);
  const answered = () => {
    answers += 1;
    noteAnswered(true);
  };
  try {
    const answer = await ask(own.signal);
    answered();
    return answer;
  } catch (error) {
    if (error instanceof ApiFailure) answered();
    else if (error instanceof TypeError) noteAnswered(false);
    throw isGivenUp ? new TypeError(`no answer within ${giveUpMs / 1_000} s`) : error;
  } finally {
    clearTimeout(doubt);
    clearTimeout(end);
    signal?.removeEventListener('abort', abort);
  }
}
