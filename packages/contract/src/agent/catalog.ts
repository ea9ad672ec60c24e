import type { z } from 'zod';
import * as audit from './audit-messages.js';
import * as command from './command-messages.js';
import * as desired from './desired-messages.js';
import * as event from './event-messages.js';
import * as hostKey from './host-key-messages.js';
import * as inventory from './inventory-messages.js';
import * as secret from './secret-messages.js';
import * as session from './session-messages.js';
import * as trust from './trust-messages.js';
import * as upgrade from './upgrade-messages.js';

export type Direction = 'agent-to-server' | 'server-to-agent';

interface MessageOptions {
  readonly from: Direction;
  readonly schema: z.ZodType;
  /** Allowed before the agent is known. Everything else is refused until `welcome`. */
  readonly beforeAuthentication?: true;
}

/** Every text message: name -> direction, body, when it is allowed. Senders and handlers derive their types from it. */
export const catalog = {
  challenge: { from: 'server-to-agent', schema: session.challenge },
  hello: { from: 'agent-to-server', schema: session.hello, beforeAuthentication: true },
  welcome: { from: 'server-to-agent', schema: session.welcome },
  reject: { from: 'server-to-agent', schema: session.reject },
  enroll: { from: 'agent-to-server', schema: session.enroll, beforeAuthentication: true },
  enrolled: { from: 'server-to-agent', schema: session.enrolled },
  'desired.notice': { from: 'server-to-agent', schema: desired.desiredNotice },
  'desired.get': { from: 'agent-to-server', schema: desired.desiredGet },
  'desired.state': { from: 'server-to-agent', schema: desired.desiredState },
  'apply.status': { from: 'agent-to-server', schema: desired.applyStatus },
  events: { from: 'agent-to-server', schema: event.events },
  ack: { from: 'server-to-agent', schema: event.ack },
  'runs.check': { from: 'server-to-agent', schema: event.runsCheck },
  'epoch.renew': { from: 'server-to-agent', schema: event.epochRenew },
  'log.ack': { from: 'server-to-agent', schema: event.logAck },
  command: { from: 'server-to-agent', schema: command.command },
  'command.result': { from: 'agent-to-server', schema: command.commandResult },
  inventory: { from: 'agent-to-server', schema: inventory.inventory },
  'inventory.get': { from: 'server-to-agent', schema: inventory.inventoryGet },
  'agent.heartbeat': { from: 'agent-to-server', schema: session.heartbeat },
  'upgrade.offer': { from: 'server-to-agent', schema: upgrade.upgradeOffer },
  'release.get': { from: 'agent-to-server', schema: upgrade.releaseGet },
  'release.chunk': { from: 'server-to-agent', schema: upgrade.releaseChunk },
  'upgrade.status': { from: 'agent-to-server', schema: upgrade.upgradeStatus },
  'trust.keys': { from: 'server-to-agent', schema: trust.trustKeys },
  'trust.refused': { from: 'agent-to-server', schema: trust.trustRefused },
  'audit.end': { from: 'server-to-agent', schema: audit.auditEnd },
  'audit.seen': { from: 'agent-to-server', schema: audit.auditSeen },
  'audit.ask': { from: 'server-to-agent', schema: audit.auditAsk },
  'audit.kept': { from: 'agent-to-server', schema: audit.auditKept },
  'key.ask': { from: 'server-to-agent', schema: hostKey.keyAsk },
  'key.offer': { from: 'agent-to-server', schema: hostKey.keyOffer },
  'key.kept': { from: 'server-to-agent', schema: hostKey.keyKept },
  leave: { from: 'server-to-agent', schema: hostKey.leave },
  left: { from: 'agent-to-server', schema: hostKey.left },
  'secrets.notice': { from: 'server-to-agent', schema: secret.secretsNotice },
  'secrets.key': { from: 'agent-to-server', schema: secret.secretsKey },
  'secrets.get': { from: 'agent-to-server', schema: secret.secretsGet },
  'secrets.state': { from: 'server-to-agent', schema: secret.secretsState },
  'secrets.status': { from: 'agent-to-server', schema: secret.secretsStatus },
  goaway: { from: 'server-to-agent', schema: session.goaway },
  nack: { from: 'server-to-agent', schema: session.nack },
} as const satisfies Record<string, MessageOptions>;

type Catalog = typeof catalog;
type NamesFrom<D extends Direction> = { [N in keyof Catalog]: Catalog[N]['from'] extends D ? N : never }[keyof Catalog];

export type AgentMessage = NamesFrom<'agent-to-server'>;
export type ServerMessage = NamesFrom<'server-to-agent'>;
export type Body<N extends keyof Catalog> = z.infer<Catalog[N]['schema']>;

export function isMessage(name: string): name is keyof Catalog {
  return Object.hasOwn(catalog, name);
}
