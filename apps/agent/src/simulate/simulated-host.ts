import { setTimeout as wait } from 'node:timers/promises';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyId } from '@carillon/core/desired/signing';
import type { ReconnectRules } from '@carillon/core/link/reconnect';
import { EventSender } from '../collect/event-sender.js';
import { OutputShipper } from '../collect/output-shipper.js';
import { CommandDesk } from '../commands/command-desk.js';
import { MemoryCommandJournal } from '../commands/command-journal.js';
import { agentVersion } from '../lib/host-facts.js';
import { hostTimezone } from '../lib/host-timezone.js';
import type { Log } from '../lib/log.js';
import { Channel } from '../link/channel.js';
import { joinServer } from '../link/handshake.js';
import { LinkError } from '../link/link-error.js';
import { keepLinked } from '../link/link-loop.js';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { type Identity, makeTransientIdentity } from '../state/identity.js';
import { MemoryEventLog } from '../state/memory-event-log.js';
import { DesiredSync } from '../sync/desired-sync.js';
import { MemoryOutputSource } from './memory-output.js';
import { SimulatedRuns } from './simulated-runs.js';

export interface SimulatedHostOptions {
  readonly server: string;
  readonly token: string;
  readonly name: string;
  readonly log: Log;
  readonly reconnect?: ReconnectRules;
  readonly onOnline: () => void;
}

const joinAttempts = 20;

/**
 * A whole agent in memory: real protocol, keys, verification and delivery; a Task Scheduler that only remembers.
 * Runs until the signal aborts.
 * @throws LinkError when the server does not let it join
 */
export async function runSimulatedHost(options: SimulatedHostOptions, signal: AbortSignal): Promise<void> {
  const { server, name, log } = options;
  const facts = () => ({
    hostname: name,
    os: 'Simulated Windows Server',
    timezone: hostTimezone(),
    agentVersion,
    scheduler: 'memory' as const,
    capabilities: ['run', 'stop'],
    fingerprint: sha256Hex(`simulated\n${name}`),
  });
  const identity = await join(options, facts(), signal);
  if (!identity?.agentId) return;
  const { agentId, signerKeys } = identity;

  const eventLog = new MemoryEventLog();
  const source = new MemoryOutputSource();
  const cache = new MemoryDesiredCache();
  const events = new EventSender(eventLog);
  const output = new OutputShipper(source);
  const onNews = () => {
    events.pump();
    output.pump();
  };
  const runs = new SimulatedRuns(
    { agentId, name, timezone: hostTimezone(), cache, eventLog, output: source, onNews },
    Date.now(),
  );
  const scheduler = new MemoryScheduler();
  const runner = { command: 'simulated.exe', arguments: ['run'] };
  const desired = new DesiredSync(
    agentId,
    () => ({ hostTimezone: hostTimezone(), runner, signerKeys, agentId, hostName: name }),
    { scheduler, cache, storeScript: () => undefined },
    log,
  );
  const commands = new CommandDesk(() => ({ agentId, signerKeys }), new MemoryCommandJournal(), runs, log);
  runs.wake();
  try {
    const { reconnect, onOnline } = options;
    await keepLinked(
      {
        servers: [server],
        identity,
        facts,
        parts: { eventLog, events, output, desired, commands, log },
        onOnline,
        ...(reconnect ? { reconnect } : {}),
      },
      signal,
    );
  } finally {
    runs.close();
    await desired.stop();
  }
}

async function join(
  { server, token }: SimulatedHostOptions,
  facts: Parameters<typeof joinServer>[4],
  signal: AbortSignal,
): Promise<Identity | undefined> {
  const identity = makeTransientIdentity();
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    let channel: Channel | undefined;
    try {
      channel = await Channel.open(server, { signal });
      const enrolled = await joinServer(channel, server, identity, token, facts);
      return {
        ...identity,
        agentId: enrolled.agentId,
        name: enrolled.name,
        signerKeys: enrolled.trust.signerKeys,
        keyId: keyId(identity.publicKey, sha256Hex),
      };
    } catch (error) {
      if (!(error instanceof LinkError) || error.code === 'bad_token' || attempt >= joinAttempts) throw error;
      await wait(error.retryAfterMs ?? 500 + Math.random() * 1_000, undefined, { signal }).catch(() => undefined);
    } finally {
      channel?.close();
    }
  }
  return undefined;
}
