import type { Body } from '@carillon/contract/agent/catalog';
import { decodeMessage, type Incoming } from '@carillon/contract/agent/codec';
import { limits } from '@carillon/contract/limits';
import { closeCodes } from './close-codes.js';

export type OpeningMessage = Extract<Incoming<'agent-to-server'>, { name: 'hello' | 'enroll' }>;

/** What a stranger may say next. */
export type Awaited = 'hello or enroll' | 'hello' | 'nothing before the answer';

export type Opening =
  | { readonly kind: 'opening'; readonly message: OpeningMessage }
  | {
      readonly kind: 'refused';
      readonly body: Body<'reject'>;
      readonly closeCode: number;
      readonly re: string | undefined;
    };

/** Reads a frame from a socket whose agent is not known: only hello and enroll, small, one at a time. */
export function readOpening(frame: Buffer, isBinary: boolean, awaited: Awaited): Opening {
  if (isBinary) return notNow(`got a binary frame, expected ${awaited}`);
  if (frame.length > limits.helloBytes) {
    return bad(`frame: expected at most ${limits.helloBytes} bytes, got ${frame.length}`, closeCodes.tooBig);
  }
  const message = decodeMessage(frame.toString('utf8'), 'agent-to-server');
  if (message.kind === 'bad') return bad(message.message.slice(0, 1_000), closeCodes.badMessage, message.id);
  const allowed = awaited.split(' or ').includes(message.name);
  if (allowed && message.kind === 'message' && (message.name === 'hello' || message.name === 'enroll')) {
    return { kind: 'opening', message };
  }
  return notNow(`got ${JSON.stringify(message.name)}, expected ${awaited}`, message.id);
}

function notNow(message: string, re?: string): Opening {
  const body = { code: 'not_authenticated', message } as const;
  return { kind: 'refused', body, closeCode: closeCodes.notAuthenticated, re };
}

function bad(message: string, closeCode: number, re?: string): Opening {
  return { kind: 'refused', body: { code: 'bad_message', message }, closeCode, re };
}
