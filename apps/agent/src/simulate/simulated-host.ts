import { setTimeout as wait } from 'node:timers/promises';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyId } from '@carillon/core/desired/signing';
import type { ReconnectRules } from '@carillon/core/link/reconnect';
import { EventSender } from '../collect/event-sender.js';
import { OutputShipper } from '../collect/output-shipper.js';
import { CommandDesk } from '../commands/command-desk.js';
import { MemoryCommandJournal } from '../commands/command-journal.js';
import { agentVersion } from '../lib/agent-version.js';
import { silentLog } from '../lib/log.js';
import { Channel } from '../link/channel.js';
import { joinServer } from '../link/handshake.js';
import { LinkError } from '../link/link-error.js';
import { keepLinked } from '../link/link-loop.js';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { type Identity, makeTransientIdentity } from '../state/identity.js';
import { MemoryEventLog } from '../state/memory-event-log.js';
import { DesiredSync } from '../sync/desired-sync.js';
import { hostTimezone } from '../zones/host-timezone.js';
import { FleetCache } from './fleet-cache.js';
import type { Ledger } from './ledger.js';
import { MemoryOutputSource } from './memory-output.js';
import type { PlayRules } from './play.js';
import { SimulatedRuns } from './simulated-runs.js';

export interface SimulatedHostOptions {
  readonly server: string;
  readonly token: string;
  readonly name: string;
  readonly rules: PlayRules;
  readonly reconnect?: ReconnectRules;
  /** Gets what happens; absent where nobody compares. */
  readonly ledger?: Ledger | undefined;
  readonly onOnline: () => void;
  readonly onOffline: () => void;
  readonly onApplied: (rev: number, jobs: number) => void;
}

const joinAttempts = 20;
const runner = { command: 'simulated.exe', arguments: ['run'] };

/** A whole agent in memory: real protocol, keys, verification and delivery; a Task Scheduler that only remembers. */
export class SimulatedHost {
  private readonly eventLog = new MemoryEventLog();
  private readonly source = new MemoryOutputSource();
  private readonly cache: FleetCache;
  private runs: SimulatedRuns | undefined;

  constructor(private readonly options: SimulatedHostOptions) {
    this.cache = new FleetCache(options.name, (rev, jobs) => {
      this.runs?.wake();
      options.onApplied(rev, jobs);
    });
  }

  /** Nothing runs, and the server has acked all that happened. */
  get isDelivered(): boolean {
    const { first, next } = this.eventLog;
    return (this.runs?.isIdle ?? true) && first === next && this.source.isEmpty;
  }

  fire(everyMs: number): void {
    this.runs?.fire(everyMs);
  }

  /** Begins no run any more; what is under way ends, and is told. */
  quiesce(): void {
    this.runs?.close();
  }

  /**
   * Joins, then works until the signal aborts.
   * @throws LinkError when the server does not let it join
   */
  async live(signal: AbortSignal): Promise<void> {
    const { server, name, rules, ledger, reconnect, onOnline, onOffline } = this.options;
    const { eventLog, source, cache } = this;
    const identity = await this.join(signal);
    if (!identity?.agentId) return;
    const { agentId, signerKeys } = identity;
    const timezone = hostTimezone();
    const events = new EventSender(eventLog);
    const output = new OutputShipper(source);
    const onNews = () => {
      events.pump();
      output.pump();
    };
    const runs = new SimulatedRuns(
      { agentId, name, timezone, cache, eventLog, output: source, rules, ledger, onNews },
      Date.now(),
    );
    this.runs = runs;
    const desired = new DesiredSync(
      agentId,
      () => ({ hostTimezone: timezone, runner, signerKeys, agentId, hostName: name }),
      { scheduler: new MemoryScheduler(), cache, storeScript: () => undefined },
      silentLog,
    );
    const commands = new CommandDesk(() => ({ agentId, signerKeys }), new MemoryCommandJournal(), runs, silentLog);
    const contact = { attach: onOnline, detach: onOffline, onTrouble: () => undefined };
    runs.wake();
    try {
      await keepLinked(
        {
          servers: [server],
          identity,
          facts: () => factsOf(name),
          parts: { eventLog, events, output, desired, commands, contact, log: silentLog },
          ...(reconnect ? { reconnect } : {}),
        },
        signal,
      );
    } finally {
      runs.abandon();
      await desired.stop();
    }
  }

  private async join(signal: AbortSignal): Promise<Identity | undefined> {
    const { server, token, name } = this.options;
    const identity = makeTransientIdentity();
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      let channel: Channel | undefined;
      try {
        channel = await Channel.open(server, { signal });
        const enrolled = await joinServer(channel, server, identity, token, factsOf(name));
        return {
          ...identity,
          agentId: enrolled.agentId,
          name: enrolled.name,
          signerKeys: enrolled.trust.signerKeys,
          keyId: keyId(identity.publicKey, sha256Hex),
        };
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!(error instanceof LinkError) || error.code === 'bad_token' || attempt >= joinAttempts) throw error;
        await wait(error.retryAfterMs ?? 500 + Math.random() * 1_000, undefined, { signal }).catch(() => undefined);
      } finally {
        channel?.close();
      }
    }
    return undefined;
  }
}

function factsOf(name: string) {
  return {
    hostname: name,
    os: 'Simulated Windows Server',
    timezone: hostTimezone(),
    agentVersion,
    scheduler: 'memory' as const,
    capabilities: ['run', 'stop'],
    fingerprint: sha256Hex(`simulated\n${name}`),
  };
}
