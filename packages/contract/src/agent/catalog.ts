import type { z } from 'zod';
import * as messages from './messages.js';

export type Direction = 'agent-to-server' | 'server-to-agent';

interface MessageOptions {
  readonly from: Direction;
  readonly schema: z.ZodType;
  /** Allowed before the agent is known. Everything else is refused until `welcome`. */
  readonly beforeAuthentication?: true;
}

/** Every text message: name -> direction, body, when it is allowed. Senders and handlers derive their types from it. */
export const catalog = {
  challenge: { from: 'server-to-agent', schema: messages.challenge },
  hello: { from: 'agent-to-server', schema: messages.hello, beforeAuthentication: true },
  welcome: { from: 'server-to-agent', schema: messages.welcome },
  reject: { from: 'server-to-agent', schema: messages.reject },
  enroll: { from: 'agent-to-server', schema: messages.enroll, beforeAuthentication: true },
  enrolled: { from: 'server-to-agent', schema: messages.enrolled },
  'desired.notice': { from: 'server-to-agent', schema: messages.desiredNotice },
  'desired.get': { from: 'agent-to-server', schema: messages.desiredGet },
  'desired.state': { from: 'server-to-agent', schema: messages.desiredState },
  'apply.status': { from: 'agent-to-server', schema: messages.applyStatus },
  events: { from: 'agent-to-server', schema: messages.events },
  ack: { from: 'server-to-agent', schema: messages.ack },
  'epoch.renew': { from: 'server-to-agent', schema: messages.epochRenew },
  'log.ack': { from: 'server-to-agent', schema: messages.logAck },
  command: { from: 'server-to-agent', schema: messages.command },
  'command.result': { from: 'agent-to-server', schema: messages.commandResult },
  inventory: { from: 'agent-to-server', schema: messages.inventory },
  'inventory.get': { from: 'server-to-agent', schema: messages.inventoryGet },
  'agent.heartbeat': { from: 'agent-to-server', schema: messages.heartbeat },
  'upgrade.offer': { from: 'server-to-agent', schema: messages.upgradeOffer },
  'release.get': { from: 'agent-to-server', schema: messages.releaseGet },
  'release.chunk': { from: 'server-to-agent', schema: messages.releaseChunk },
  'upgrade.status': { from: 'agent-to-server', schema: messages.upgradeStatus },
  goaway: { from: 'server-to-agent', schema: messages.goaway },
  nack: { from: 'server-to-agent', schema: messages.nack },
} as const satisfies Record<string, MessageOptions>;

type Catalog = typeof catalog;
type NamesFrom<D extends Direction> = { [N in keyof Catalog]: Catalog[N]['from'] extends D ? N : never }[keyof Catalog];

export type AgentMessage = NamesFrom<'agent-to-server'>;
export type ServerMessage = NamesFrom<'server-to-agent'>;
export type Body<N extends keyof Catalog> = z.infer<Catalog[N]['schema']>;

export function isMessage(name: string): name is keyof Catalog {
  return Object.hasOwn(catalog, name);
}
