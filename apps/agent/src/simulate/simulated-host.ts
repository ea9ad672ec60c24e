import { setTimeout as wait } from 'node:timers/promises';
import type { Body } from '@carillon/contract/agent/catalog';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { repairCapability } from '@carillon/core/desired/repair';
import { keyId } from '@carillon/core/desired/signing';
import type { ReconnectRules } from '@carillon/core/link/reconnect';
import { dryRunCapability } from '@carillon/core/run/dry-run';
import { runsCheckCapability } from '@carillon/core/run/forgotten-run';
import { makeSealKeys } from '@carillon/core/secrets/hpke';
import { sealedSecrets } from '@carillon/core/secrets/secret-use';
import { CentralSecrets } from '../accounts/central-secrets.js';
import { EventSender } from '../collect/event-sender.js';
import { OutputShipper } from '../collect/output-shipper.js';
import { CommandDesk, type PutBack } from '../commands/command-desk.js';
import { MemoryCommandJournal } from '../commands/command-journal.js';
import { agentVersion } from '../lib/agent-version.js';
import { silentLog } from '../lib/log.js';
import { Channel } from '../link/channel.js';
import { joinServer } from '../link/handshake.js';
import { LinkError } from '../link/link-error.js';
import { keepLinked } from '../link/link-loop.js';
import type { SessionParts } from '../link/session.js';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { type Identity, makeTransientIdentity } from '../state/identity.js';
import { MemoryEventLog } from '../state/memory-event-log.js';
import type { ApplyPorts } from '../sync/apply-desired.js';
import { DesiredSync } from '../sync/desired-sync.js';
import { hostTimezone } from '../zones/host-timezone.js';
import { FleetCache } from './fleet-cache.js';
import type { Ledger } from './ledger.js';
import { MemoryOutputSource } from './memory-output.js';
import { MemoryShelf } from './memory-shelf.js';
import { type CarryOut, type PlayOf, SimulatedRuns } from './simulated-runs.js';

type Facts = Body<'hello'>['facts'];

export interface SimulatedHostOptions {
  readonly server: string;
  readonly token: string;
  readonly name: string;
  readonly seed: number;
  readonly playOf: PlayOf;
  /** What is done for real; absent: nothing is. */
  readonly carryOut?: CarryOut | undefined;
  /** What it says of itself; absent: as this machine is. Asked anew for each session. */
  readonly facts?: () => Pick<Facts, 'os' | 'timezone' | 'agentVersion' | 'capabilities'>;
  /** Of an earlier start: it has joined already. */
  readonly identity?: Identity | undefined;
  readonly reconnect?: ReconnectRules;
  /** It takes secrets of the centre, as a real agent does. */
  readonly withSecrets?: boolean | undefined;
  /** Gets what happens; absent where nobody compares. */
  readonly ledger?: Ledger | undefined;
  readonly onOnline: () => void;
  readonly onOffline: () => void;
  readonly onApplied: (rev: number, jobs: number) => void;
}

const joinAttempts = 20;
const runner = { command: 'simulated.exe', arguments: ['run'] };

export type MoreParts = Pick<Partial<SessionParts>, 'load' | 'inventory' | 'upgrader'> & {
  /** A session is open. */
  readonly onChannel?: (channel: Pick<Channel, 'close'>) => void;
};

/** A whole agent in memory: real protocol, keys, verification and delivery; a Task Scheduler that only remembers. */
export class SimulatedHost {
  protected readonly eventLog = new MemoryEventLog();
  protected readonly source = new MemoryOutputSource();
  protected readonly scheduler = new MemoryScheduler();
  protected readonly cache: FleetCache;
  protected runs: SimulatedRuns | undefined;

  constructor(protected readonly options: SimulatedHostOptions) {
    this.cache = new FleetCache(options.name, (rev, jobs) => {
      this.onRegistered();
      options.onApplied(rev, jobs);
    });
  }

  /** Everything of a revision is registered. */
  protected onRegistered(): void {
    this.runs?.wake();
  }

  /** What else takes part in sessions. */
  protected moreParts(_identity: Identity): MoreParts {
    return {};
  }

  /** What registering needs beyond the Task Scheduler. */
  protected moreApplyPorts(): Partial<ApplyPorts> {
    return {};
  }

  /** Here nobody changes a task, so that none has to be put back. */
  protected putBack(_jobId: string, _commandId: string): Promise<PutBack> {
    return Promise.resolve({ ok: true, outcome: 'as_defined' });
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
    const { server, name, seed, playOf, carryOut, ledger, reconnect, onOnline, onOffline } = this.options;
    const { eventLog, source, cache, scheduler } = this;
    const identity = this.options.identity ?? (await this.join(signal));
    if (!identity?.agentId) return;
    const { agentId, signerKeys } = identity;
    const { timezone } = this.facts();
    const events = new EventSender(eventLog);
    const output = new OutputShipper(source);
    const onNews = () => {
      events.pump();
      output.pump();
    };
    const runs = new SimulatedRuns(
      {
        ...{ agentId, name, timezone, cache, eventLog, output: source, seed, playOf, carryOut, ledger, onNews },
        putBack: (jobId, commandId) => this.putBack(jobId, commandId),
      },
      Date.now(),
    );
    this.runs = runs;
    const central = this.options.withSecrets ? { central: this.takeSecrets(identity, agentId) } : {};
    const desired = new DesiredSync(
      agentId,
      () => this.applyFacts(identity),
      { scheduler, cache, storeScript: () => undefined, ...central, ...this.moreApplyPorts() },
      silentLog,
    );
    const commands = new CommandDesk(() => ({ agentId, signerKeys }), new MemoryCommandJournal(), runs, silentLog);
    const { onChannel, ...more } = this.moreParts(identity);
    const attach = (channel: Pick<Channel, 'close'>) => {
      onChannel?.(channel);
      onOnline();
    };
    const known = {
      known: () => ({ underWay: runs.runIds, hasUntold: eventLog.first !== eventLog.next }),
    };
    const contact = { attach, detach: onOffline, onTrouble: () => undefined };
    try {
      await keepLinked(
        {
          servers: [server],
          identity,
          facts: () => this.facts(),
          parts: {
            ...more,
            ...central,
            eventLog,
            events,
            output,
            desired,
            commands,
            contact,
            runs: known,
            log: silentLog,
          },
          ...(reconnect ? { reconnect } : {}),
        },
        signal,
      );
    } finally {
      runs.abandon();
      await desired.stop();
    }
  }

  private takeSecrets({ privateKey, signerKeys }: Identity, agentId: string): CentralSecrets {
    return new CentralSecrets({
      ...{ agentId, privateKey, log: silentLog, sealKeys: makeSealKeys() },
      ...{ secrets: new MemoryShelf(), passwords: new MemoryShelf() },
      hostName: () => this.options.name,
      trust: () => ({ signerKeys, revokedKeys: [] }),
      registered: () => this.cache.registered().jobs,
    });
  }

  protected applyFacts({ agentId = '', signerKeys }: Identity) {
    return { hostTimezone: this.facts().timezone, runner, signerKeys, agentId, hostName: this.options.name };
  }

  private async join(signal: AbortSignal): Promise<Identity | undefined> {
    const { server, token } = this.options;
    const identity = makeTransientIdentity();
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      let channel: Channel | undefined;
      try {
        channel = await Channel.open(server, { signal });
        const enrolled = await joinServer(channel, server, identity, token, this.facts());
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

  private facts(): Facts {
    const { name, facts, withSecrets } = this.options;
    return {
      os: 'Simulated Windows Server',
      timezone: hostTimezone(),
      agentVersion,
      capabilities: [
        'run',
        'stop',
        dryRunCapability,
        runsCheckCapability,
        repairCapability,
        ...(withSecrets ? ['secrets', sealedSecrets] : []),
      ],
      ...facts?.(),
      hostname: name,
      scheduler: 'memory',
      fingerprint: sha256Hex(`simulated\n${name}`),
    };
  }
}
