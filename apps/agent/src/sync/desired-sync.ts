import type { Body } from '@carillon/contract/agent/catalog';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import type { Manifest } from '@carillon/core/job/job-spec';
import { judgeSignature } from '@carillon/core/signing/verify';
import type { Log } from '../lib/log.js';
import type { SignedManifest } from '../state/desired-cache.js';
import { type ApplyFacts, type ApplyPorts, type ApplyStatus, applyDesired, type WantedState } from './apply-desired.js';
import { pauseOf, verifyIndex } from './verify-desired.js';

type Point = { readonly rev: number; readonly hash: string };

export interface DesiredLink {
  get(body: Body<'desired.get'>): void;
  status(body: ApplyStatus): void;
  /** Tells that something was not obeyed; absent where the centre would not understand it. */
  refused?(body: Body<'trust.refused'>): void;
}

/** Failed registrations are tried again, slower each time. */
const retryMs = { first: 15_000, longest: 10 * 60_000 };
const statusJobsPerFrame = 500;

/** Keeps the host at its desired state: asks when it differs, verifies, applies one index at a time, reports, retries. */
export class DesiredSync {
  private link: DesiredLink | undefined;
  private asked: number | undefined;
  /** What the centre last said to be desired. */
  private told: Point | undefined;
  /** Server's clock minus ours; undefined while nobody told. */
  private skewMs: number | undefined;
  /** Of what was received and is wanted still; a definition is on disk only once its task is registered. */
  private received: ReadonlyMap<string, SignedManifest> = new Map();
  private pages: Body<'desired.state'>[] = [];
  private work: Promise<void> = Promise.resolve();
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly agentId: string,
    private readonly facts: () => ApplyFacts,
    private readonly ports: ApplyPorts,
    private readonly log: Log,
  ) {}

  /** What we were last told to have. */
  get wanted(): Point {
    const { rev, wanted, pause } = this.ports.cache.registered();
    return { rev, hash: desiredHash(wanted, pause) };
  }

  /** Hash of what Task Scheduler holds for us. */
  get observedHash(): string {
    const { jobs, pause } = this.ports.cache.registered();
    return desiredHash(jobs, pause);
  }

  /** Applies what is cached and not registered yet, connected or not. */
  start(): void {
    if (this.observedHash !== this.wanted.hash) this.enqueueKept();
  }

  /** Something that decides about jobs has changed on the host: looks at all of them again, connected or not. */
  reconsider(): void {
    this.enqueueKept();
    // Whoever asks for approvals from now on was told of none.
    if (!this.link || !this.told || !this.ports.approvals?.isAsked()) return;
    this.asked = this.told.rev;
    this.ask(this.link);
  }

  stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    return this.work;
  }

  attach(link: DesiredLink, desired: Point, serverTimeMs?: number): void {
    this.link = link;
    this.skewMs = serverTimeMs === undefined ? undefined : serverTimeMs - Date.now();
    this.asked = undefined;
    this.told = desired;
    this.pages = [];
    // An earlier report may have been lost with its socket: when nothing is to be done, say how things stand.
    if (this.isKept(desired)) this.enqueueKept();
    else this.onPoint(desired);
  }

  detach(): void {
    this.link = undefined;
  }

  /** The centre's current point, from a notice. */
  onPoint(desired: Point): void {
    this.told = desired;
    if (!this.link || this.isKept(desired) || this.asked === desired.rev) return;
    this.asked = desired.rev;
    this.ask(this.link);
  }

  private ask(link: DesiredLink): void {
    const approvals = this.ports.approvals?.isAsked() ? ({ approvals: true, webauthn: true } as const) : {};
    link.get({ rev: this.wanted.rev, haveManifests: this.trustedManifests().slice(0, 2_000), ...approvals });
  }

  onState(body: Body<'desired.state'>): void {
    if (body.page === 1) this.pages = [];
    this.pages.push(body);
    if (body.page < body.pages) return;
    const pages = this.pages;
    this.pages = [];
    this.asked = undefined;
    if (pages.length !== body.pages) {
      this.log.warn('pages of the desired state are missing', { have: pages.length, of: body.pages });
      return;
    }
    this.enqueue(() => this.receive(body, pages));
  }

  /** Were we told so, and do we have what it takes? A crash may have come before the definitions were on disk. */
  private isKept(desired: Point): boolean {
    const { rev, hash } = this.wanted;
    if (desired.rev !== rev || desired.hash !== hash) return false;
    const kept = new Set(this.trustedManifests());
    return this.ports.cache
      .registered()
      .wanted.every(({ manifestHash }) => kept.has(manifestHash) || this.received.has(manifestHash));
  }

  /** Hashes of what is kept. What a key signed that was revoked since is asked for again, for another signature. */
  private trustedManifests(): string[] {
    const kept = [...this.ports.cache.manifests()];
    const trust = this.facts();
    if ((trust.revokedKeys ?? []).length === 0) return kept.map(([hash]) => hash);
    return kept.flatMap(([hash, signed]) =>
      judgeSignature({ context: 'carillon/v1/manifest', ...signed }, trust, 'the definition').ok ? [hash] : [],
    );
  }

  /** Other keys are good now than before: what is kept may have to be signed again. */
  onTrust(): void {
    if (!this.link || !this.told || this.isKept(this.told)) return;
    this.asked = undefined;
    this.onPoint(this.told);
  }

  private async receive(
    { index: text, indexSignature }: Body<'desired.state'>,
    pages: readonly Body<'desired.state'>[],
  ): Promise<void> {
    const lastRev = this.ports.cache.registered().rev;
    const verdict = verifyIndex(text, indexSignature, {
      agentId: this.agentId,
      lastRev,
      serverNowMs: this.skewMs === undefined ? undefined : Date.now() + this.skewMs,
      ...trustOf(this.facts()),
    });
    if (!verdict.ok) {
      const { code, message } = verdict;
      this.log.warn('refused a desired state', { code, message });
      this.link?.refused?.({ what: 'index', code, message });
      return;
    }
    const wanted = new Set(verdict.index.entries.map(({ manifestHash }) => manifestHash));
    // We may have said that we have what came before, and it is on disk only once its task is registered.
    const before = [...this.received].filter(([hash]) => wanted.has(hash));
    const now = pages
      .flatMap((page) => page.manifests)
      .map((manifest) => [sha256Hex(manifest.text), manifest] as const);
    this.received = new Map([...before, ...now]);
    this.keepSignatures();
    const standing = this.ports.cache.registered().jobs.map(({ manifestHash }) => manifestHash);
    this.ports.approvals?.take(
      pages.flatMap((page) => page.approvals ?? []),
      new Set([...wanted, ...standing]),
    );
    this.failures = 0;
    await this.apply({ ...verdict.index, pause: pauseOf(verdict.index) });
  }

  /** The same definition with another signature takes the place of the one on disk, by which runners judge it. */
  private keepSignatures(): void {
    const { cache } = this.ports;
    const trust = this.facts();
    const kept = cache.manifests();
    for (const { jobId, manifestHash } of cache.registered().jobs) {
      const [old, now] = [kept.get(manifestHash), this.received.get(manifestHash)];
      if (!old || !now || old.signature === now.signature) continue;
      if (judgeSignature({ context: 'carillon/v1/manifest', ...now }, trust, 'the definition').ok)
        cache.store(jobId, now);
    }
  }

  private enqueueKept(): void {
    this.enqueue(() => {
      const { rev, wanted, pause } = this.ports.cache.registered();
      return this.apply({ rev, entries: wanted, pause });
    });
  }

  private async apply(wanted: WantedState): Promise<void> {
    await this.ports.central?.want(this.definitionsOf(wanted));
    const status = await applyDesired(wanted, this.received, this.facts(), this.ports);
    this.ports.central?.noteApplied(status.jobs);
    const failed = status.jobs.filter((job) => job.state === 'failed' || job.state === 'rejected');
    for (const job of failed) this.log.warn('a job could not be registered', job);
    this.log.info('desired state applied', { rev: status.rev, jobs: wanted.entries.length, failed: failed.length });
    for (let at = 0; at === 0 || at < status.jobs.length; at += statusJobsPerFrame) {
      this.link?.status({ ...status, jobs: status.jobs.slice(at, at + statusJobsPerFrame) });
    }
    // A definition that is missing is asked for again.
    this.scheduleRetry(status.jobs.some((job) => job.state === 'failed' || job.code === 'missing_manifest'));
  }

  /** What the index names, as far as it is here; its hashes say which texts those are. */
  private definitionsOf({ entries }: WantedState): Manifest[] {
    const kept = this.ports.cache.manifests();
    return entries.flatMap(({ manifestHash }) => {
      const signed = this.received.get(manifestHash) ?? kept.get(manifestHash);
      return signed ? [JSON.parse(signed.text) as Manifest] : [];
    });
  }

  /** Runs something while nothing is being applied; its error is the caller's. */
  exclusively(act: () => Promise<void>): Promise<void> {
    const done = this.work.then(() => (this.stopped ? undefined : act()));
    this.work = done.catch(() => undefined);
    return done;
  }

  private scheduleRetry(needed: boolean): void {
    clearTimeout(this.retry);
    this.failures = needed ? this.failures + 1 : 0;
    if (!needed || this.stopped) return;
    const waitMs = Math.min(retryMs.longest, retryMs.first * 2 ** (this.failures - 1)) * (0.8 + 0.4 * Math.random());
    this.retry = setTimeout(() => this.again(), waitMs);
  }

  /** What was received and could not be kept is gone: it is asked for once more. */
  private again(): void {
    this.asked = undefined;
    if (this.link && this.told && !this.isKept(this.told)) this.onPoint(this.told);
    else this.enqueueKept();
  }

  private enqueue(act: () => Promise<void>): void {
    this.work = this.work.then(act).catch((error: unknown) => {
      this.log.warn('applying the desired state failed', { error: String(error) });
      // A full disk, say. Nobody else would come back to it where the hash that is told is the one that we have.
      this.scheduleRetry(true);
    });
  }
}

function trustOf({ signerKeys, revokedKeys }: ApplyFacts) {
  return { signerKeys, ...(revokedKeys ? { revokedKeys } : {}) };
}
