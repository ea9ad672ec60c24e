import type { Body, ServerMessage } from '@carillon/contract/agent/catalog';
import { protocolVersion } from '@carillon/contract/agent/envelope';
import { enrollText, helloText } from '@carillon/contract/agent/signed-texts';
import { signText } from '@carillon/core/desired/signing';
import type { Identity } from '../state/identity.js';
import type { Channel } from './channel.js';
import { LinkError } from './link-error.js';

const answerMs = 15_000;

export interface HelloState {
  readonly facts: Body<'hello'>['facts'];
  readonly desired: Body<'hello'>['desired'];
  readonly spool: Body<'hello'>['spool'];
  /** This process, apart from every other that may come with the same identity. */
  readonly instance: string;
  /** First event that can still be sent, acked ones included. */
  readonly kept: number;
}

/**
 * Proves to the server who we are (PROTOCOL.md 3).
 * @throws LinkError with the server's reject code, or `wrong_origin`, `protocol`, `no_answer`
 */
export async function sayHello(
  channel: Channel,
  server: string,
  identity: Identity,
  { instance, kept, ...state }: HelloState,
): Promise<Body<'welcome'>> {
  const { agentId } = identity;
  if (agentId === undefined) throw new LinkError('this host is not enrolled', 'not_enrolled');
  const challenge = await takeChallenge(channel, server);
  // An older server would not count them when it checks our signature.
  const understands = (feature: string) => challenge.features?.includes(feature);
  const more = { ...(understands('instance') ? { instance } : {}), ...(understands('kept') ? { kept } : {}) };
  const unsigned = { agentId, keyId: identity.keyId, protocol: protocolVersion, ...state, ...more };
  channel.send('hello', {
    ...unsigned,
    signature: signText(identity.privateKey, 'carillon/v1/hello', helloText(challenge, unsigned)),
  });
  return expectMessage(channel, 'welcome');
}

/** Joins with a token. The identity must be on disk before. @throws LinkError as `sayHello` does */
export async function joinServer(
  channel: Channel,
  server: string,
  identity: Identity,
  joinToken: string,
  facts: HelloState['facts'],
): Promise<Body<'enrolled'>> {
  const challenge = await takeChallenge(channel, server);
  const unsigned = { joinToken, publicKey: identity.publicKey, facts };
  channel.send('enroll', {
    ...unsigned,
    proof: signText(identity.privateKey, 'carillon/v1/enroll', enrollText(challenge, unsigned)),
  });
  return expectMessage(channel, 'enrolled');
}

async function takeChallenge(channel: Channel, server: string): Promise<Body<'challenge'>> {
  const challenge = await expectMessage(channel, 'challenge');
  // Signing for another origin would let a server in the middle use our proof elsewhere.
  const dialled = new URL(server).origin;
  if (challenge.origin !== dialled)
    throw new LinkError(
      `the server answers for ${challenge.origin}, but ${dialled} was dialled; is CARILLON_PUBLIC_URL right there?`,
      'wrong_origin',
    );
  const { min, max } = challenge.protocol;
  if (protocolVersion < min || protocolVersion > max)
    throw new LinkError(`the server speaks protocol ${min} to ${max}, this agent ${protocolVersion}`, 'protocol');
  return challenge;
}

async function expectMessage<N extends ServerMessage>(channel: Channel, name: N): Promise<Body<N>> {
  for (;;) {
    const message = await channel.next(answerMs);
    if (!message)
      throw new LinkError(
        `no ${name} from the server${channel.isOpen ? ` within ${answerMs / 1_000} s` : `: ${await channel.closed}`}`,
        'no_answer',
      );
    if (message.name === name) return message.body as Body<N>;
    if (message.name === 'reject')
      throw new LinkError(message.body.message, message.body.code, message.body.retryAfterMs, message.body.leave);
    if (message.name === 'goaway')
      throw new LinkError(`the server goes away (${message.body.reason})`, 'goaway', message.body.reconnectInMs);
  }
}
