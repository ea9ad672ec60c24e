import type { ReconnectRules } from '@carillon/core/link/reconnect';
import { onTestFinished } from 'vitest';
import { EventSender } from '../collect/event-sender.js';
import { OutputShipper } from '../collect/output-shipper.js';
import { CommandDesk, type CommandWork } from '../commands/command-desk.js';
import { MemoryCommandJournal } from '../commands/command-journal.js';
import type { Log } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import { keepLinked, type LinkOptions } from '../link/link-loop.js';
import type { SessionParts } from '../link/session.js';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { MemoryOutputSource } from '../simulate/memory-output.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { makeTransientIdentity } from '../state/identity.js';
import { MemoryEventLog } from '../state/memory-event-log.js';
import { DesiredSync } from '../sync/desired-sync.js';
import type { FakeServer } from './fake-server.js';
import { hostFacts, signer } from './samples.js';

/** Reconnects almost at once. */
export const quickReconnect: ReconnectRules = { firstWindowMs: 10, maxWindowMs: 10, healthyAfterMs: 120_000 };

/** An agent in memory with a real socket, linked to a fake server until the test ends. */
export function linkMemoryAgent(
  server: FakeServer,
  options: Partial<Pick<LinkOptions, 'route' | 'failBackMs' | 'reconnect' | 'timing'>> & {
    /** Addresses after the server's own. */
    more?: readonly string[];
    work?: CommandWork;
    runs?: SessionParts['runs'];
  } = {},
) {
  const agentId = newId();
  const identity = { ...makeTransientIdentity(), agentId };
  server.agents.set(agentId, identity.publicKey);
  const told: { message: string; facts: Record<string, unknown> | undefined }[] = [];
  const tell = (message: string, facts?: Record<string, unknown>) => void told.push({ message, facts });
  const log: Log = { info: tell, warn: tell };
  const signerKeys = [signer.publicKey];
  const eventLog = new MemoryEventLog();
  const source = new MemoryOutputSource();
  const scheduler = new MemoryScheduler();
  const cache = new MemoryDesiredCache();
  const facts = () => ({ hostTimezone: 'UTC', runner: { command: 'carillon', arguments: [] }, signerKeys, agentId });
  const desired = new DesiredSync(agentId, facts, { scheduler, cache, storeScript: () => undefined }, log);
  const work: CommandWork = options.work ?? {
    start: async () => ({ ok: true }),
    stop: async () => ({ ok: true }),
    dryRun: async () => ({ ok: true, verdict: 'would_run', answer: 'it would run\n' }),
    repair: async () => ({ ok: true, outcome: 'as_defined' }),
  };
  const commands = new CommandDesk(() => ({ agentId, signerKeys }), new MemoryCommandJournal(), work, log);
  const events = new EventSender(eventLog);
  const output = new OutputShipper(source);
  const { runs } = options;
  const parts = { eventLog, events, output, desired, commands, log, ...(runs ? { runs } : {}) };
  const stop = new AbortController();
  const { reconnect = quickReconnect, more = [], work: _, runs: _runs, ...rest } = options;
  const ended = keepLinked(
    { servers: [server.url, ...more], identity, facts: hostFacts, parts, reconnect, ...rest },
    stop.signal,
  );
  onTestFinished(async () => {
    stop.abort();
    await ended;
    await desired.stop();
  });
  return { agentId, eventLog, events, source, output, scheduler, cache, told, stop, ended };
}
