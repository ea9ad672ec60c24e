import type { Body } from '@carillon/contract/agent/catalog';
import { limits } from '@carillon/contract/limits';
import type { KnownRuns } from '@carillon/core/run/forgotten-run';
import { unreachable } from '@carillon/core/state/states';
import type { CentralSecrets } from '../accounts/central-secrets.js';
import type { EventSender } from '../collect/event-sender.js';
import { endsOfForgotten } from '../collect/forgotten-runs.js';
import type { OutputShipper } from '../collect/output-shipper.js';
import type { SpoolKeeper } from '../collect/spool-keeper.js';
import type { CommandDesk } from '../commands/command-desk.js';
import type { Log } from '../lib/log.js';
import type { AuditWitness } from '../state/audit-witness.js';
import type { EventLog } from '../state/event-log.js';
import type { KeyKeeper } from '../state/key-keeper.js';
import type { TrustKeeper } from '../state/trust.js';
import type { DesiredSync } from '../sync/desired-sync.js';
import type { Upgrader } from '../upgrade/upgrader.js';
import type { HostLoad } from '../watch/host-load.js';
import type { InventoryWatch } from '../watch/inventory-watch.js';
import type { Channel, FromServer } from './channel.js';

/** What wants to know whether there is a session. */
export interface SessionContact {
  attach(channel: Pick<Channel, 'silentMs' | 'close'>, waits?: boolean): void;
  detach(): void;
  onTrouble(why: string): void;
}

type SignedOrder = Body<'leave'>;

/** What sees to it that the host goes when it is told to. */
export interface LeavingPart {
  /** A session is open. @param say tells the centre that nothing of ours is left */
  attach(say: () => void, serverTimeMs: number): void;
  detach(): void;
  onLeave(order: SignedOrder): void;
  /** The centre takes nothing more of this host. */
  onRetired(order: SignedOrder): void;
}

/** The parts of an agent that talk to the server while a session is open. */
export interface SessionParts {
  readonly eventLog: EventLog;
  readonly events: EventSender;
  readonly output: OutputShipper;
  readonly desired: DesiredSync;
  readonly commands: CommandDesk;
  /** These are absent on simulated hosts. */
  readonly disk?: Pick<SpoolKeeper, 'health'>;
  readonly load?: Pick<HostLoad, 'read'>;
  readonly inventory?: Pick<InventoryWatch, 'attach' | 'detach' | 'onGet'>;
  /** Absent on simulated hosts. */
  readonly upgrader?: Pick<Upgrader, 'attach' | 'detach' | 'onOffer' | 'onChunk'>;
  /** Absent on simulated hosts, which keep to the keys that they joined with. */
  readonly trust?: Pick<TrustKeeper, 'take' | 'keySet'>;
  /** Absent on simulated hosts. */
  readonly central?: Pick<CentralSecrets, 'attach' | 'detach' | 'onNotice' | 'onState'>;
  /** Absent on simulated hosts. */
  readonly witness?: Pick<AuditWitness, 'take' | 'kept'>;
  /** What it has of its runs; absent where nobody can tell. */
  readonly runs?: { known(nowMs: number): KnownRuns };
  /** Told when a session opens and ends. */
  readonly contact?: SessionContact;
  /** Absent on simulated hosts, which keep their key and never go. */
  readonly keys?: Pick<KeyKeeper, 'begin' | 'offer' | 'isOffered'>;
  readonly leaving?: LeavingPart;
  readonly log: Log;
}

export interface SessionTiming {
  readonly pingAfterMs: number;
  /** Silent for this long, a socket is dead. */
  readonly silenceMs: number;
  readonly lookMs: number;
}

const newKeyMs = 200;

const defaultTiming: SessionTiming = { pingAfterMs: 45_000, silenceMs: limits.silenceMs, lookMs: 5_000 };

export interface SessionEnd {
  readonly why: string;
  /** The server told when to come back. */
  readonly retryAfterMs?: number | undefined;
}

/** One authenticated session, from the welcome to the close. Resolves when the socket is closed. */
export async function runSession(
  channel: Channel,
  welcome: Body<'welcome'>,
  parts: SessionParts,
  signal: AbortSignal,
  timing: SessionTiming = defaultTiming,
): Promise<SessionEnd> {
  const { events, output, desired, commands, eventLog } = parts;
  let retryAfterMs: number | undefined;

  let toldProblem: string | null = null;
  const heartbeat = () => {
    const { epoch, first, next } = eventLog;
    channel.send('agent.heartbeat', {
      desired: desired.wanted,
      observedHash: desired.observedHash,
      spool: { epoch, first, next },
      ...(parts.disk ? { disk: parts.disk.health } : {}),
      ...(parts.load ? { load: parts.load.read() } : {}),
    });
  };
  const beat = setInterval(heartbeat, welcome.heartbeatMs * (0.8 + 0.4 * Math.random()));
  const look = setInterval(() => {
    if (channel.silentMs > timing.silenceMs) channel.terminate();
    else if (channel.silentMs > timing.pingAfterMs) channel.ping();
    // Trouble with the disk is told at once, and that it is over.
    const problem = parts.disk?.health.problem ?? null;
    if (problem !== toldProblem) heartbeat();
    toldProblem = problem;
  }, timing.lookMs);
  const abort = () => channel.close(1000, typeof signal.reason === 'string' ? signal.reason : 'agent stops');
  signal.addEventListener('abort', abort, { once: true });

  parts.central?.attach({
    key: (body) => channel.send('secrets.key', body),
    get: (body) => channel.send('secrets.get', body),
    status: (body) => channel.send('secrets.status', body),
  });
  // Before anything is read: an offer may have come right behind the welcome.
  parts.upgrader?.attach({
    get: (body) => channel.send('release.get', body),
    status: (body) => channel.send('upgrade.status', body),
  });
  let isBroken = false;
  channel.onMessage((message) => {
    // What follows stands on what could not be done.
    if (isBroken) return;
    if (message.name === 'goaway') retryAfterMs = message.body.reconnectInMs;
    // To be welcomed with the next key is what makes it ours.
    if (message.name === 'key.kept') retryAfterMs = newKeyMs;
    try {
      receive(message, channel, parts);
    } catch (error) {
      // A full disk, say: the next session starts from what is on disk.
      isBroken = true;
      parts.log.warn('could not act on a message', { name: message.name, error: String(error) });
      channel.close(1011, `${message.name} could not be acted on`);
    }
  });
  events.attach((body) => channel.send('events', body), welcome.ack);
  output.attach((frame) => channel.sendBinary(frame));
  const serverTimeMs = Date.parse(welcome.serverTime);
  const refused = (body: Body<'trust.refused'>) => channel.send('trust.refused', body);
  commands.attach((result) => channel.send('command.result', result), serverTimeMs, refused);
  const get = (body: Body<'desired.get'>) => channel.send('desired.get', body);
  const status = (body: Body<'apply.status'>) => channel.send('apply.status', body);
  desired.attach({ get, status, refused }, welcome.desired, serverTimeMs);
  parts.inventory?.attach((body) => channel.send('inventory', body));
  parts.contact?.attach(channel, welcome.waits === true);
  parts.leaving?.attach(() => channel.send('left', {}), serverTimeMs);
  offerKey(channel, parts);
  output.pump();

  try {
    return { why: await channel.closed, retryAfterMs };
  } finally {
    clearInterval(beat);
    clearInterval(look);
    signal.removeEventListener('abort', abort);
    for (const part of [
      events,
      output,
      desired,
      commands,
      parts.inventory,
      parts.contact,
      parts.upgrader,
      parts.leaving,
      parts.central,
    ])
      part?.detach();
  }
}

function offerKey(channel: Channel, { keys }: SessionParts): void {
  const offer = keys?.offer();
  if (offer) channel.send('key.offer', offer);
}

const refusedOutput = /^log frame: run ([0-9a-f-]{36})\b/;

function receive(message: FromServer, channel: Channel, parts: SessionParts): void {
  const { events, output, desired, commands, inventory, upgrader, trust, witness, central, log } = parts;
  switch (message.name) {
    case 'desired.notice':
      desired.onPoint(message.body);
      break;
    case 'desired.state':
      desired.onState(message.body);
      break;
    case 'ack':
      for (const item of message.body.rejected ?? []) log.warn('the server can never store an event', item);
      events.onAck(message.body, message.re);
      break;
    case 'runs.check':
      if (parts.runs) {
        const nowMs = Date.now();
        parts.eventLog.append(endsOfForgotten(message.body.runs, parts.runs.known(nowMs), nowMs));
        events.pump();
      }
      break;
    case 'epoch.renew':
      log.warn('event numbers were used before: a restored disk? They are given anew', message.body);
      events.onRenew(message.body);
      break;
    case 'log.ack':
      output.onAck(message.body.items);
      break;
    case 'command':
      commands.onCommand(message.body);
      break;
    case 'upgrade.offer':
      upgrader?.onOffer(message.body);
      break;
    case 'release.chunk':
      upgrader?.onChunk(message.body);
      break;
    case 'inventory.get':
      inventory?.onGet();
      break;
    case 'trust.keys': {
      const verdict = trust?.take(message.body);
      if (verdict?.ok === false) {
        const { code, message: why } = verdict;
        log.warn('refused a set of keys', { code, message: why });
        channel.send('trust.refused', { what: 'keys', code, message: why });
      } else if (verdict?.isNews) {
        log.info('the centre has other keys', { version: verdict.keySet.version, by: verdict.by });
        desired.onTrust();
      }
      break;
    }
    case 'audit.end': {
      const before = witness?.take(message.body);
      if (before) channel.send('audit.seen', before);
      break;
    }
    case 'audit.ask':
      if (witness) channel.send('audit.kept', witness.kept(trust?.keySet ?? null), message.id);
      break;
    case 'key.ask':
      parts.keys?.begin();
      offerKey(channel, parts);
      break;
    case 'key.kept':
      if (parts.keys?.isOffered(message.body.next)) channel.close(1000, 'another key');
      break;
    case 'leave':
      parts.leaving?.onLeave(message.body);
      break;
    case 'secrets.notice':
      central?.onNotice(message.body);
      break;
    case 'secrets.state':
      central?.onState(message.body);
      break;
    case 'nack': {
      log.warn('the server did not take a message', message.body);
      const runId = refusedOutput.exec(message.body.message)?.[1];
      if (runId !== undefined) output.onRefused(runId);
      break;
    }
    case 'reject':
      if (message.body.leave) parts.leaving?.onRetired(message.body.leave);
      log.info('the server says reject', { code: message.body.code, message: message.body.message });
      channel.close();
      break;
    case 'goaway':
      log.info(`the server says ${message.name}`, message.body);
      channel.close();
      break;
    case 'challenge':
    case 'welcome':
    case 'enrolled':
      channel.close(1002, `unexpected ${message.name}`);
      break;
    default:
      unreachable(message);
  }
}
