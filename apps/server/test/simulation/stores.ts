import type { Body } from '@carillon/contract/agent/catalog';
import type { RunEvent } from '@carillon/contract/agent/event-messages';
import { limits } from '@carillon/contract/limits';
import { judgeIdentity } from '@carillon/core/host/identity-claim';
import { defaultPresence } from '@carillon/core/host/presence';
import type { ClaimedCommand, CommandDeliveryStore } from '@carillon/server/store/command-delivery.store';
import type { DeliveryStore } from '@carillon/server/store/delivery.store';
import type { FenceClaim } from '@carillon/server/store/fence';
import { evidenceOf, foldRuns, type RunRow } from '@carillon/server/store/fold-runs';
import type { IdentityClaimStore } from '@carillon/server/store/identity-claim.store';
import type { IngestStore } from '@carillon/server/store/ingest.store';
import {
  type EventFrame,
  type FrameOutcome,
  keyOf,
  numbersToCheck,
  planIngest,
} from '@carillon/server/store/ingest-plan';
import type { ChunkOutcome, OutputChunk, OutputIngestStore } from '@carillon/server/store/output-ingest.store';
import type { SessionStore } from '@carillon/server/store/session.store';
import type { Database } from './database.js';
import type { Tables } from './tables.js';

/** Of every host; they never change. */
const hostFacts = {
  os: 'Simulated Windows',
  timezone: 'UTC',
  agentVersion: '0.1.0',
  scheduler: 'memory' as const,
  capabilities: ['run', 'stop'],
  codePage: null,
};

/** One transaction: it happens at one moment or not at all. */
export type Transact = <T>(what: string, work: (nowMs: number) => T) => Promise<T>;

/** What a class offers, without what is private. */
type Public<T> = { [K in keyof T]: T[K] };

/** Patience of maintenance.store.ts with a command that was handed out, and with one that was accepted; shorter here. */
const commandAnswerMs = 6_000;
const commandOutcomeMs = 20_000;

/**
 * The stores of the gateway on tables in memory. They decide by the same plan functions as the real ones (`planIngest`,
 * `foldRuns`, `judgeIdentity`); what the real ones say in SQL is said again here, and stores.test.ts holds the two together.
 */
export class SessionsInMemory implements Public<SessionStore> {
  constructor(
    private readonly tables: Tables,
    private readonly transact: Transact,
  ) {}

  find(hostId: string) {
    return this.transact('find host', () => {
      const host = this.tables.hosts.get(hostId);
      if (!host) return null;
      const { name, state, publicKey, fingerprint } = host;
      const instance = this.tables.sessions.get(hostId)?.instance ?? null;
      return {
        hostId,
        name,
        state,
        publicKey,
        keyOffered: null,
        fingerprint,
        facts: hostFacts,
        instance,
        wasAbsent: false,
      };
    });
  }

  open(hostId: string, gatewayId: string, spool: Parameters<SessionStore['open']>[2], onlyFor: string | null = null) {
    return this.transact('open session', (nowMs) => {
      const host = this.tables.hosts.get(hostId);
      const row = this.tables.sessions.get(hostId);
      if (!row || host?.state !== 'active') return null;
      if (onlyFor !== null && row.instance !== onlyFor) return null;
      const before = Math.min(spool.first, spool.kept ?? spool.first) - 1;
      if (spool.epoch > row.epoch) row.ackedSeq = before;
      else if (spool.epoch === row.epoch) row.ackedSeq = Math.max(row.ackedSeq, before);
      row.epoch = Math.max(row.epoch, spool.epoch);
      Object.assign(row, { fence: row.fence + 1, gatewayId, lastSeenMs: nowMs });
      const desired = { rev: host.desiredRev, hash: host.desiredHash };
      return { fence: row.fence, epoch: row.epoch, ackedSeq: row.ackedSeq, desired };
    });
  }

  noteAbsence(): Promise<void> {
    return this.transact('note absence', () => undefined);
  }

  /** @returns false: these hosts can always do the same */
  recordFacts(): Promise<boolean> {
    return this.transact('record facts', () => false);
  }

  desiredOf(hostId: string) {
    return this.transact('desired of host', () => pointOf(this.tables, hostId));
  }

  statesOf(hostIds: readonly string[]) {
    return this.transact('states', () => new Map(hostIds.map((id) => [id, 'active' as const])));
  }

  goAbove(hostId: string, rev: number) {
    return this.transact('go above', () => {
      const host = this.tables.hosts.get(hostId);
      if (host) host.desiredRev = Math.max(host.desiredRev, rev + 1);
      return pointOf(this.tables, hostId);
    });
  }

  seen(gatewayId: string, hosts: Parameters<SessionStore['seen']>[1]) {
    return this.transact('seen', (nowMs) => {
      const lost: string[] = [];
      for (const { hostId, fence, agoMs, observedHash } of hosts) {
        const row = this.tables.sessions.get(hostId);
        const host = this.tables.hosts.get(hostId);
        if (!row || !host || row.fence !== fence) {
          lost.push(hostId);
          continue;
        }
        Object.assign(row, { gatewayId, lastSeenMs: nowMs - agoMs });
        if (observedHash === null) continue;
        if (observedHash === host.desiredHash) dropRemoving(this.tables, hostId);
        host.observedHash = observedHash;
      }
      return lost;
    });
  }

  release(claims: readonly FenceClaim[]): Promise<void> {
    return this.transact('release', (nowMs) => {
      for (const claim of claims)
        if (rules.holdsFence(this.tables, claim))
          Object.assign(this.tables.sessions.get(claim.hostId) ?? {}, { gatewayId: null, lastSeenMs: nowMs });
    });
  }

  superseded(claims: readonly FenceClaim[]) {
    return this.transact('superseded', () =>
      claims
        .filter(({ hostId, fence }) => (this.tables.sessions.get(hostId)?.fence ?? 0) > fence)
        .map(({ hostId }) => hostId),
    );
  }
}

export class IdentityClaimsInMemory implements Public<IdentityClaimStore> {
  constructor(
    private readonly tables: Tables,
    private readonly transact: Transact,
  ) {}

  claim({ hostId, instance, fingerprint }: Parameters<IdentityClaimStore['claim']>[0]) {
    return this.transact('claim identity', (nowMs) => {
      const { sessions, hosts, instances } = this.tables;
      const session = sessions.get(hostId);
      const host = hosts.get(hostId);
      const isAlive =
        session !== undefined &&
        session.gatewayId !== null &&
        session.lastSeenMs !== null &&
        session.lastSeenMs > nowMs - defaultPresence.offlineAfterMs;
      const current =
        session?.instance && host ? { instance: session.instance, fingerprint: host.fingerprint, isAlive } : null;
      const seen = instances.get(`${hostId}/${instance}`) ?? 'never';
      const verdict = judgeIdentity({ instance, fingerprint, seen, current });
      instances.set(`${hostId}/${instance}`, verdict.accept ? 'current' : 'quarantined');
      if (!verdict.accept || verdict.reason === 'same') return verdict;
      const quarantined = 'quarantines' in verdict ? verdict.quarantines : null;
      for (const [key, state] of instances)
        if (key.startsWith(hostId) && state === 'current' && key !== `${hostId}/${instance}`)
          instances.set(key, key === `${hostId}/${quarantined}` ? 'quarantined' : 'replaced');
      if (session) session.instance = instance;
      if (host) host.fingerprint = fingerprint;
      return verdict;
    });
  }
}

export class IngestInMemory implements Public<IngestStore> {
  constructor(
    private readonly database: Pick<Database, 'tables' | 'committed' | 'violation' | 'wentBack'>,
    private readonly transact: Transact,
  ) {}

  ingest(frames: readonly EventFrame[]): Promise<FrameOutcome[]> {
    return this.transact('ingest', () => {
      const { tables, committed } = this.database;
      const { sessions, eventKeys } = tables;
      const held = [...new Set(frames.map(({ hostId }) => hostId))].flatMap((hostId) => {
        const row = sessions.get(hostId);
        return row ? [{ hostId, fence: row.fence, epoch: row.epoch, ackedSeq: row.ackedSeq }] : [];
      });
      const known = new Map<string, string>();
      for (const { hostId, epoch, from, to } of numbersToCheck(frames, held))
        for (let seq = from; seq <= to; seq += 1) {
          const eventId = eventKeys.get(keyOf(hostId, epoch, seq));
          if (eventId !== undefined) known.set(keyOf(hostId, epoch, seq), eventId);
        }
      const plan = rules.planIngest(frames, held, known);
      for (const { hostId, epoch, event } of plan.fresh) {
        const key = keyOf(hostId, epoch, event.seq);
        if (eventKeys.has(key)) this.database.violation(`event ${epoch}/${event.seq} counts twice`);
        else eventKeys.set(key, event.eventId);
        if (committed.get(event.eventId) === epoch && !this.database.wentBack(hostId))
          this.database.violation(`event ${event.eventId} counts twice, now as ${epoch}/${event.seq}`);
        committed.set(event.eventId, epoch);
        if (event.data.kind === 'spool.lost') for (const runId of event.data.runIds) tables.losses.add(runId);
      }
      const runs = plan.fresh.filter(({ event }) => event.data.kind.startsWith('run.')) as {
        hostId: string;
        event: { data: RunEvent };
      }[];
      for (const row of foldRuns(runs)) upsertRun(tables, row);
      for (const { hostId, event } of runs) completeCommand(tables, hostId, event.data);
      for (const { hostId, epoch, ackedSeq } of plan.sessions)
        Object.assign(sessions.get(hostId) ?? {}, { epoch, ackedSeq });
      return plan.outcomes;
    });
  }
}

/** The server's own decisions, where those who check them can break them. */
export const rules = {
  planIngest,
  holdsFence: ({ sessions }: Tables, { hostId, fence }: FenceClaim): boolean => sessions.get(hostId)?.fence === fence,
};

const ranks = ['waiting', 'started', 'indeterminate', 'final'];

function upsertRun({ runs }: Tables, row: RunRow): void {
  const before = runs.get(row.runId);
  const says = ({ state }: RunRow) => ranks.indexOf(evidenceOf(state));
  if (!before || (before.hostId === row.hostId && says(row) > says(before))) runs.set(row.runId, row);
}

function completeCommand({ commands }: Tables, hostId: string, { commandId, runId }: RunEvent): void {
  const command = commandId === null ? undefined : commands.get(commandId);
  if (command?.hostId !== hostId || command.action !== 'run') return;
  if (command.state === 'done' && command.runId !== null) return;
  Object.assign(command, { state: 'done', runId: command.runId ?? runId, code: null });
}

export class OutputInMemory implements Public<OutputIngestStore> {
  readonly bytes = new Map<string, number>();

  constructor(
    private readonly tables: Tables,
    private readonly transact: Transact,
  ) {}

  ingest(chunks: readonly OutputChunk[]): Promise<ChunkOutcome[]> {
    return this.transact('output', () =>
      chunks.map(({ hostId, fence, chunk }) => {
        if (!rules.holdsFence(this.tables, { hostId, fence })) return 'superseded';
        const owner = this.tables.runs.get(chunk.runId)?.hostId ?? hostId;
        if (owner !== hostId) return 'foreign';
        const key = `${chunk.runId}/${chunk.stream}/${chunk.offset}`;
        if (this.bytes.has(key)) return 'duplicate';
        this.bytes.set(key, chunk.length);
        return 'committed';
      }),
    );
  }
}

export class CommandDeliveryInMemory implements Public<CommandDeliveryStore> {
  constructor(
    private readonly tables: Tables,
    private readonly transact: Transact,
  ) {}

  claim(claims: readonly FenceClaim[]): Promise<ClaimedCommand[]> {
    return this.transact('claim commands', (nowMs) => {
      const claimed: ClaimedCommand[] = [];
      for (const command of this.tables.commands.values()) {
        const claim = claims.find(({ hostId }) => hostId === command.hostId);
        if (!claim || !rules.holdsFence(this.tables, claim)) continue;
        if (command.state !== 'queued' || command.expiresMs <= nowMs) continue;
        command.state = 'delivered';
        const { id, hostId, action, text, signature } = command;
        claimed.push({ id, hostId, fence: claim.fence, action, text, signature, agentVersion: '0' });
      }
      return claimed.sort((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  putBack(ids: readonly string[]): Promise<void> {
    return this.transact('put back commands', () => {
      for (const id of ids) {
        const command = this.tables.commands.get(id);
        if (command?.state === 'delivered') command.state = 'queued';
      }
    });
  }

  answer(claim: FenceClaim, { commandId, state, code, runId }: Body<'command.result'>): Promise<boolean> {
    return this.transact(`answer ${state}`, () => {
      if (!rules.holdsFence(this.tables, claim)) return false;
      const command = this.tables.commands.get(commandId);
      if (command?.hostId !== claim.hostId) return true;
      const isAssumed = command.state === 'indeterminate' && command.code === 'no_answer';
      const before: readonly string[] =
        state === 'accepted' ? ['queued', 'delivered'] : ['queued', 'delivered', 'accepted'];
      if (state !== 'done' && !before.includes(command.state) && !isAssumed) return true;
      Object.assign(command, { state, code: code ?? null, runId: runId ?? command.runId });
      return true;
    });
  }
}

export class DeliveryInMemory implements Public<DeliveryStore> {
  constructor(
    private readonly tables: Tables,
    private readonly transact: Transact,
  ) {}

  load(hostIds: readonly string[]) {
    return this.transact('load desired', () =>
      hostIds.map((hostId) => {
        const host = this.tables.hosts.get(hostId);
        return host ? { rev: host.desiredRev, hash: host.desiredHash, entries: this.tables.entriesOf(hostId) } : null;
      }),
    );
  }

  manifests(entries: Parameters<DeliveryStore['manifests']>[0]) {
    return this.transact('load manifests', () =>
      entries.flatMap(({ manifestHash: hash }) => {
        const manifest = this.tables.manifests.get(hash);
        return manifest ? [{ hash, manifest }] : [];
      }),
    );
  }

  markDelivered(entries: Parameters<DeliveryStore['markDelivered']>[0]): Promise<void> {
    return this.transact('mark delivered', () => {
      for (const { hostId, jobId, manifestHash } of entries) {
        const row = this.tables.assignments.get(hostId)?.get(jobId);
        if (row?.manifestHash === manifestHash && row.state === 'desired') row.state = 'delivered';
      }
    });
  }

  apply(claim: FenceClaim, status: Body<'apply.status'>): Promise<boolean> {
    return this.transact('note applied', () => {
      const host = this.tables.hosts.get(claim.hostId);
      const rows = this.tables.assignments.get(claim.hostId);
      if (!host || !rows || !rules.holdsFence(this.tables, claim)) return false;
      for (const { jobId, version, state, code } of status.jobs) {
        const row = rows.get(jobId);
        if (!row || state === 'removed' || row.version !== version || row.state === 'removing') continue;
        if (row.state === 'drifted' && state === 'applied') continue;
        Object.assign(row, { state, code: code ?? null });
      }
      host.observedHash = status.observedHash;
      for (const { jobId, state } of status.jobs)
        if (state === 'removed' && rows.get(jobId)?.state === 'removing') rows.delete(jobId);
      if (status.observedHash === host.desiredHash) dropRemoving(this.tables, claim.hostId);
      return true;
    });
  }

  changed(told: Parameters<DeliveryStore['changed']>[0]) {
    return this.transact('look for changes', () =>
      told.flatMap(({ hostId, rev }) => {
        const host = this.tables.hosts.get(hostId);
        if (!host || (host.desiredRev === rev && host.state === 'active')) return [];
        return [{ hostId, state: host.state, desired: { rev: host.desiredRev, hash: host.desiredHash } }];
      }),
    );
  }
}

/** What the server does every few seconds by itself. */
export function maintain(tables: Tables, nowMs: number): void {
  for (const command of tables.commands.values()) {
    if (command.state === 'queued' && command.expiresMs < nowMs)
      Object.assign(command, { state: 'expired', code: 'not_delivered' });
    const patienceMs = { delivered: commandAnswerMs, accepted: commandOutcomeMs }[command.state as string];
    if (patienceMs !== undefined && command.expiresMs < nowMs - patienceMs)
      Object.assign(command, { state: 'indeterminate', code: 'no_answer' });
  }
  for (const session of tables.sessions.values())
    if (session.lastSeenMs === null || session.lastSeenMs < nowMs - limits.silenceMs) session.gatewayId = null;
}

function pointOf({ hosts }: Tables, hostId: string) {
  const host = hosts.get(hostId);
  return host ? { rev: host.desiredRev, hash: host.desiredHash } : null;
}

function dropRemoving({ assignments }: Tables, hostId: string): void {
  const rows = assignments.get(hostId);
  for (const [jobId, { state }] of rows ?? []) if (state === 'removing') rows?.delete(jobId);
}
