import { sha256Hex } from '../desired/canonical-json.js';
import type { DesiredEntry } from '../desired/desired-state.js';
import { holdBackReason } from '../desired/hold-back.js';
import { type HostPause, pauseCapability } from '../desired/pause.js';
import { type HostGroup, matchesTarget, type Target, type TargetHost } from '../host/target.js';
import { type RolloutCourse, versionFor } from '../rollout/course.js';
import { AcceptedSecrets, type ProposedUse } from './accepted-secrets.js';
import { type AcceptedPause, type AcceptedRecord, type BookEntry, type BookHead, noEntry } from './book-entry.js';
import { HostsOfBook } from './hosts-of-book.js';
import { type Refusal, refuse } from './refusal.js';
import {
  afterRolloutRecord,
  isRolloutRecord,
  judgeRolloutRecord,
  type RolloutGuard,
  serverItself,
  startRollout,
} from './rollout-guard.js';

interface AcceptedJob {
  readonly name: string;
  readonly current: number;
  readonly isGone: boolean;
  readonly versions: ReadonlyMap<number, AcceptedVersion>;
  readonly course: RolloutCourse;
  /** Of the newest version on its way; null: none is. */
  readonly rollout: RolloutGuard | null;
}

interface AcceptedVersion {
  readonly manifestHash: string;
  readonly specHash: string;
  readonly targets: Target;
  readonly needs: readonly string[];
}

/** What the database says that a host should have. */
export interface ProposedIndex {
  readonly hostId: string;
  readonly rev: number;
  readonly entries: readonly DesiredEntry[];
  readonly pause?: HostPause | undefined;
  /** As the agent itself said them, over its own key. */
  readonly capabilities: readonly string[];
  /** With which the agent signed in; left out where no agent asks. */
  readonly publicKey?: string | undefined;
}

export interface ProposedOrder {
  readonly hostId: string;
  readonly jobId: string;
  readonly action: string;
}

type Verdict = { readonly ok: true } | Refusal;

/** Far above what a host ever gets to. An agent that was told of more could never be told of less again. */
export const highestRevision = 2 ** 48;

/**
 * Everything that was accepted, in the order in which it was: what is signed is judged by it and not by the database, so
 * that a row that was changed there moves nothing. It holds no secret and does no I/O.
 */
export class AcceptedBook {
  private readonly jobs = new Map<string, AcceptedJob>();
  private readonly hosts = new HostsOfBook();
  private readonly groups = new Map<string, HostGroup>();
  private readonly pauses = new Map<string, AcceptedPause>();
  private end: BookHead = { seq: 0, hash: noEntry };
  /** What the book says of secrets; no value is in it. */
  readonly secrets = new AcceptedSecrets();

  get head(): BookHead {
    return this.end;
  }

  /** Reads the next entry; the caller answers for its signature. @returns why it is none, and then nothing is changed */
  add(text: string): Verdict {
    let entry: BookEntry;
    try {
      entry = JSON.parse(text) as BookEntry;
    } catch {
      return refuse('book_changed', `entry ${this.end.seq + 1} of the book is no JSON`);
    }
    const { kind, seq, previous, records } = entry;
    if (kind !== 'carillon/accepted/v1' || seq !== this.end.seq + 1 || previous !== this.end.hash)
      return refuse('book_changed', `entry ${this.end.seq + 1} of the book does not follow the one before`);
    const atMs = Date.parse(entry.at);
    for (const record of records) this.take(record, atMs);
    this.end = { seq, hash: sha256Hex(text) };
    return { ok: true };
  }

  /**
   * May this be accepted now? A version is never lower than one that was, nor the same with another meaning; and a further
   * ring is open only when the rule of its rollout allows it.
   * @param by who asks for it; `serverItself` where nobody does
   */
  judgeRecord(record: AcceptedRecord, { by, atMs }: { by: string; atMs: number }): Verdict {
    if (isRolloutRecord(record)) {
      const job = this.jobs.get(record.jobId);
      return judgeRolloutRecord(record, job && !job.isGone ? job : undefined, { isServer: by === serverItself, atMs });
    }
    if (record.kind === 'seal-key') return this.secrets.judgeKey(record, this.hosts.working(record.hostId));
    if (record.kind === 'secret') return this.secrets.judge(record);
    if (record.kind !== 'job') return this.hosts.judge(record, atMs);
    const highest = Math.max(0, ...(this.jobs.get(record.jobId)?.versions.keys() ?? []));
    return record.version > highest
      ? { ok: true }
      : refuse('rollback', `job ${record.name}: version ${record.version} is not above ${highest}, which was accepted`);
  }

  /**
   * Is this exactly what the host should have by what was accepted? A job that its agent is too old for may be missing, or be
   * there in an older version that was accepted.
   */
  judgeIndex({ hostId, rev, entries, pause, capabilities, publicKey }: ProposedIndex, nowMs: number): Verdict {
    const host = this.hosts.working(hostId);
    if (!host) return this.hosts.refuseUnknown(hostId);
    const of = `host ${host.name}` as const;
    if (publicKey !== undefined && publicKey !== host.publicKey)
      return refuse('other_key', `${of}: who asks for it has another key than the host`);
    if (!(rev <= highestRevision)) return refuse('bad_index', `${of}: no host gets to revision ${rev}`);
    const given = new Map(entries.map((entry) => [entry.jobId, entry]));
    if (given.size !== entries.length) return refuse('bad_index', `${of}: a job stands there twice`);
    const groups = [...this.groups.values()];
    for (const [jobId, job] of this.jobs) {
      const wanted = wantedOn({ ...host, id: hostId }, job, groups);
      if (!wanted) continue;
      const entry = given.get(jobId);
      const isHeld = holdBackReason(wanted.needs, capabilities) !== null;
      if (!entry && !isHeld) return refuse('left_out', `${of}: job ${job.name} is missing`);
      if (!entry) continue;
      const flaw = entryFlaw(of, entry, { job, wanted: wanted.version, isHeld });
      if (flaw) return flaw;
      given.delete(jobId);
    }
    const [rest] = given.values();
    if (rest) return this.strayEntry(of, rest);
    return this.judgePause(of, hostId, pause, capabilities, nowMs);
  }

  /** May this host be told to start or stop this job, to put its task back, or be asked what a start would do? */
  judgeOrder({ hostId, jobId, action }: ProposedOrder): Verdict {
    const host = this.hosts.working(hostId);
    if (!host) return this.hosts.refuseUnknown(hostId);
    // What runs may be stopped, whatever became of its job.
    if (action === 'stop') return { ok: true };
    const job = this.jobs.get(jobId);
    if (!job || job.isGone) return refuse('unknown_job', `host ${host.name}: job ${jobId} was never accepted`);
    return wantedOn({ ...host, id: hostId }, job, [...this.groups.values()])
      ? { ok: true }
      : refuse('other_target', `host ${host.name}: job ${job.name} is not for it`);
  }

  /** Was it said that this host is to go, and is it there still or gone already? */
  judgeLeave(hostId: string): Verdict {
    return this.hosts.judgeLeave(hostId);
  }

  /** Is this the definition that was accepted? */
  judgeDefinition(jobId: string, version: number, { specHash, manifestHash }: Partial<Definition>): Verdict {
    const job = this.jobs.get(jobId);
    const known = job?.versions.get(version);
    if (!job || !known) return refuse('unknown_job', `job ${jobId}: version ${version} was never accepted`);
    const isSame =
      (specHash === undefined || specHash === known.specHash) &&
      (manifestHash === undefined || manifestHash === known.manifestHash);
    return isSame
      ? { ok: true }
      : refuse('bad_manifest', `job ${job.name}: version ${version} in the database is not the one that was accepted`);
  }

  /**
   * May a secret's value be sealed to this host? For a definition that was accepted and is for it; of which version the host
   * should have tells its index, and the value opens for no other.
   */
  judgeUse(use: ProposedUse): ReturnType<AcceptedSecrets['judgeUse']> {
    const { hostId, jobId, version, text } = use;
    const host = this.hosts.working(hostId);
    if (!host) return this.hosts.refuseUnknown(hostId);
    const definition = this.judgeDefinition(jobId, version, { manifestHash: sha256Hex(text) });
    if (!definition.ok) return definition;
    const order = this.judgeOrder({ hostId, jobId, action: 'run' });
    if (!order.ok) return order;
    return this.secrets.judgeUse(use, { jobName: this.jobs.get(jobId)?.name ?? '', hostName: host.name });
  }

  /** What stands in the book, to be compared with the database. */
  contents() {
    return { jobs: this.jobs, hosts: this.hosts.standing, groups: this.groups } as const;
  }

  private judgePause(
    of: OfHost,
    hostId: string,
    pause: HostPause | undefined,
    capabilities: readonly string[],
    nowMs: number,
  ): Verdict {
    const accepted = this.pauses.get(hostId);
    if (pause) {
      const isSame =
        accepted?.id === pause.id && accepted.untilMs === pause.untilMs && accepted.afterwards === pause.afterwards;
      return isSame ? { ok: true } : refuse('other_pause', `${of}: nobody asked for this pause`);
    }
    const isOver = !accepted || accepted.untilMs <= nowMs || !capabilities.includes(pauseCapability);
    return isOver ? { ok: true } : refuse('other_pause', `${of}: its pause was taken away`);
  }

  private strayEntry(of: OfHost, { jobId }: DesiredEntry): Refusal {
    const job = this.jobs.get(jobId);
    if (!job) return refuse('unknown_job', `${of}: job ${jobId} was never accepted`);
    if (job.isGone) return refuse('unknown_job', `${of}: job ${job.name} was deleted`);
    return refuse('other_target', `${of}: job ${job.name} is not for it`);
  }

  private take(record: AcceptedRecord, atMs: number): void {
    switch (record.kind) {
      case 'job': {
        const { jobId, name, version, targets, needs, manifestHash, specHash } = record;
        const before = this.jobs.get(jobId);
        const versions = new Map(before?.versions).set(version, { manifestHash, specHash, targets, needs });
        const way = startRollout(before?.course, record, atMs);
        this.jobs.set(jobId, { name, current: version, isGone: false, versions, ...way });
        break;
      }
      case 'rollout-step':
      case 'rollout-halt':
      case 'rollout-resume': {
        const job = this.jobs.get(record.jobId);
        if (job) this.jobs.set(record.jobId, { ...job, ...afterRolloutRecord(record, job, atMs) });
        break;
      }
      case 'job-gone': {
        const job = this.jobs.get(record.jobId);
        if (job) this.jobs.set(record.jobId, { ...job, isGone: true });
        break;
      }
      case 'group':
        this.groups.set(record.name.toLowerCase(), record);
        break;
      case 'host':
      case 'host-key':
      case 'host-gone':
        // A host says its key for secrets again, over the key by which it is known.
        if (record.kind !== 'host' || this.hosts.standing.get(record.hostId)?.publicKey !== record.publicKey)
          this.secrets.forgetKey(record.hostId);
        this.hosts.take(record);
        break;
      case 'labels':
      case 'host-leaving':
      case 'token':
      case 'token-gone':
        this.hosts.take(record);
        break;
      case 'seal-key':
        this.secrets.takeKey(record, this.hosts.standing.get(record.hostId)?.publicKey);
        break;
      case 'secret':
        this.secrets.take(record);
        break;
      case 'secret-gone':
        this.secrets.takeGone(record);
        break;
      case 'pause':
        for (const [index, pause] of record.pauses.entries()) this.pauses.set(record.hostIds[index] ?? '', pause);
        break;
      case 'resume':
        for (const hostId of record.hostIds) this.pauses.delete(hostId);
        break;
      // A newer server's record says something that this one does not look at.
    }
  }
}

interface Wanted extends AcceptedVersion {
  readonly version: number;
}

/** The version of a job that a host should have now; null: none. */
function wantedOn(
  host: TargetHost & { readonly id: string },
  { isGone, course, versions }: AcceptedJob,
  groups: readonly HostGroup[],
): Wanted | null {
  const version = isGone ? null : versionFor(host.id, course);
  const known = version === null ? undefined : versions.get(version);
  return version !== null && known && matchesTarget(known.targets, host, groups) ? { ...known, version } : null;
}

/** How refusals about a host begin. */
type OfHost = `host ${string}`;

interface Definition {
  readonly specHash: string;
  readonly manifestHash: string;
}

function entryFlaw(
  of: OfHost,
  entry: DesiredEntry,
  { job, wanted, isHeld }: { job: AcceptedJob; wanted: number; isHeld: boolean },
): Refusal | null {
  const known = job.versions.get(entry.version);
  if (!known || known.manifestHash !== entry.manifestHash)
    return refuse(
      'bad_manifest',
      `${of}: version ${entry.version} of job ${job.name} is not the one that was accepted`,
    );
  if (entry.version > wanted)
    return refuse('rollout', `${of}: job ${job.name} at version ${entry.version}, whose ring is not open yet`);
  if (entry.version < wanted && !isHeld)
    return refuse('rollback', `${of}: job ${job.name} at version ${entry.version}, ${wanted} was accepted`);
  return null;
}
