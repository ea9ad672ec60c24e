import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import type { Body } from './catalog.js';

/** What an agent signs to prove who it is: the server's nonce and origin bind the proof to this one connection. */
export function helloText(
  challenge: { nonce: string; origin: string },
  hello: Omit<Body<'hello'>, 'signature'>,
): string {
  const { agentId, keyId, protocol, facts, desired, spool, instance, kept } = hello;
  const more = { ...(instance === undefined ? {} : { instance }), ...(kept === undefined ? {} : { kept }) };
  return canonicalJson({
    nonce: challenge.nonce,
    origin: challenge.origin,
    hello: { agentId, keyId, protocol, facts, desired, spool, ...more } as unknown as Json,
  });
}

/** What a new agent signs with its fresh key, so that nobody can enrol a key he does not hold. */
export function enrollText(
  challenge: { nonce: string; origin: string },
  enroll: Omit<Body<'enroll'>, 'proof'>,
): string {
  const { joinToken, publicKey, facts } = enroll;
  return canonicalJson({
    nonce: challenge.nonce,
    origin: challenge.origin,
    enroll: { joinToken, publicKey, facts } as unknown as Json,
  });
}
