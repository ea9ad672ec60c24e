import { keyPlaces } from './key-files.js';
import { SignerDesk } from './signer-desk.js';
import type { SignerCall, SignerCalls } from './signer-requests.js';

/** What goes over the pipe between a server and its signer. */
export interface SignerQuestion {
  readonly id: number;
  readonly call: SignerCall;
  readonly ask: SignerCalls[SignerCall]['ask'];
}

export type SignerReply =
  | { readonly id: number; readonly answer: SignerCalls[SignerCall]['answer'] }
  | { readonly id: number; readonly error: string };

/**
 * The signer in a process of its own, started by the server with the path of the key file. It listens nowhere: whoever is to
 * ask it must have started it.
 */
function serve(): void {
  // The server stops it, after what it still has to sign; Ctrl-C reaches both.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit(0));
  const tell = (reply: SignerReply) => process.send?.(reply);
  let desk: SignerDesk;
  try {
    desk = new SignerDesk(keyPlaces(process.argv[2] ?? ''));
  } catch (error) {
    tell({ id: 0, error: String(error) });
    process.exit(1);
  }
  process.on('message', ({ id, call, ask }: SignerQuestion) => {
    try {
      tell({ id, answer: (desk.calls[call] as (ask: unknown) => SignerCalls[SignerCall]['answer'])(ask) });
    } catch (error) {
      tell({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
  tell({ id: 0, answer: desk.trust() });
}

serve();
