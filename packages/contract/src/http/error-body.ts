import { isMaybe, isNumber, isRecord, isText } from '../by-hand.js';
import { type ApiErrorBody, apiErrorCodes } from './error.js';

/**
 * The body of an answer that is not 2xx. What stands between a client and the server may answer with something of its
 * own: then the code is made of the status. By hand, for pages: the schema of the same shape would make them load the library.
 */
export function readErrorBody(status: number, payload: unknown): ApiErrorBody {
  if (isErrorBody(payload)) return payload;
  const code = status === 502 || status === 503 || status === 504 ? 'unavailable' : 'internal';
  return { code, params: { status }, message: `the server answered ${status} without an error body` };
}

function isErrorBody(payload: unknown): payload is ApiErrorBody {
  if (!isRecord(payload) || !isText(payload.message) || !isRecord(payload.params)) return false;
  if (!(apiErrorCodes as readonly unknown[]).includes(payload.code)) return false;
  const { problems, says } = payload.params;
  return (problems === undefined || (Array.isArray(problems) && problems.every(isProblem))) && isSaid(says, isText);
}

function isProblem(value: unknown): boolean {
  if (!isRecord(value) || !['path', 'code', 'expected', 'got', 'message'].every((name) => isText(value[name])))
    return false;
  return isSaid(value.expects, (figure) => isText(figure) || isNumber(figure)) && isMaybe(value.document, isNumber);
}

/** A code with its figures, or nothing. */
const isSaid = (value: unknown, isFigure: (figure: unknown) => boolean) =>
  isMaybe(
    value,
    (said) =>
      isRecord(said) &&
      isText(said.code) &&
      isMaybe(said.figures, (figures) => isRecord(figures) && Object.values(figures).every(isFigure)),
  );
