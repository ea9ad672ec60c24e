import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { archiveKey, archiveNews, judgeArchive } from '@carillon/core/archive/archive-rules';
import { type ArchivedPiece, joinPieces, packOutput } from '@carillon/core/archive/archived-output';
import { timeOfUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { ArchiveSettings } from '../config/archive-config.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import { HintedLoop } from '../queue/hinted-loop.js';
import { describeError } from '../queue/state-log.js';
import { ArchiveStateStore } from '../store/archive-state.store.js';
import { ArchivedOutputStore, type HotRunRow, type ObjectRow } from '../store/archived-output.store.js';
import { RunOutputStore } from '../store/run-output.store.js';
import { ArchivedOutputs, ArchivedUnreadable, openObject } from './archived-outputs.js';
import { ArchiveError, ObjectStore } from './object-store.js';
import { pieceOf } from './run-outputs.js';
import { sha256Hex } from './sign-v4.js';

const zip = promisify(gzip);
const logger = new Logger('Archive');
const everyMs = 10 * 60_000;
/** A turn holds a connection; what it leaves comes next, at once. */
const turnMs = 5 * 60_000;
const batch = 200;
const expiredAtOnce = 20_000;
const runsAtOnce = 4;
/** Longer than any reader or writer takes. */
const graceMs = 10 * 60_000;
const staleMs = 60 * 60_000;
const dayMs = 86_400_000;
/** Partitions of the last days are made again when they are missed. */
const keptPartitionDays = 9;
const lowest = '00000000-0000-0000-0000-000000000000';

/** What a turn did. `busy`: another server does the same at this moment. */
export interface ArchiveTurn {
  readonly kind: 'done' | 'busy' | 'failed';
  readonly moved: number;
  readonly more: boolean;
}

/**
 * Moves the output of runs that ended long enough ago to the archive, one server at a time. Each step may be the last one of
 * a server that dies: a row says that an object may be there before it is written, the object is read back before the
 * database lets go of what it holds, and both happen to a run's output in one transaction.
 */
@Injectable()
export class ArchiveMover implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: HintedLoop;

  constructor(
    @Inject(ArchivedOutputStore) private readonly store: ArchivedOutputStore,
    @Inject(RunOutputStore) private readonly hot: RunOutputStore,
    @Inject(ArchivedOutputs) private readonly archived: ArchivedOutputs,
    @Inject(ArchiveStateStore) private readonly state: ArchiveStateStore,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
    @Inject(CONFIG) private readonly config: Pick<Config, 'archive' | 'keepRunsDays'>,
  ) {
    const round = async () => ({ more: (await this.turn(Date.now())).more });
    this.loop = new HintedLoop({ subject: 'Archive', pollMs: everyMs, clock: Date.now, round });
  }

  onApplicationBootstrap(): void {
    if (this.config.archive) this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /**
   * Does what is due by that time. Never throws for a store of objects that fails: that is noted, and told after a day.
   * @param clock by which a turn has lasted long enough
   */
  async turn(nowMs: number, clock: () => number = Date.now): Promise<ArchiveTurn> {
    const { archive } = this.config;
    if (!archive) return { kind: 'done', moved: 0, more: false };
    const work = new TurnOfArchive(this.store, this.hot, this.archived, archive, { nowMs, clock });
    const done = await this.store.alone(async () => {
      const failure = await work.run(this.config.keepRunsDays);
      if (failure === null) await this.state.works(nowMs);
      else {
        logger.warn(`output of runs was not archived: ${describeError(failure)}`);
        const fault =
          failure instanceof ArchiveError || failure instanceof ArchivedUnreadable ? failure.reason : 'other';
        await this.state.fails(fault, describeError(failure), nowMs);
      }
      return failure;
    });
    if (done === undefined) return { kind: 'busy', moved: 0, more: false };
    await this.tell(nowMs);
    return { kind: done === null ? 'done' : 'failed', moved: work.moved, more: done === null && work.more };
  }

  private async tell(nowMs: number): Promise<void> {
    const { failingSince, faultText } = await this.state.read();
    const news = archiveNews(failingSince?.getTime() ?? null, await this.state.isTold(), nowMs);
    if (news === null) return;
    const text =
      news === 'works'
        ? 'output of runs is archived again'
        : `output of runs has not been archived since ${failingSince?.toISOString()}, and stays in the database: ${faultText}`;
    await this.state.tell(news === 'works', text, nowMs);
    this.nudge.nudge();
  }
}

/** One turn, with what it did. */
class TurnOfArchive {
  moved = 0;
  more = false;
  /** Of single runs; the others go on. */
  private failure: Error | null = null;
  private readonly objects: ObjectStore;
  private readonly nowMs: number;
  private readonly endMs: number;

  constructor(
    private readonly store: ArchivedOutputStore,
    private readonly hot: RunOutputStore,
    private readonly archived: ArchivedOutputs,
    private readonly settings: ArchiveSettings,
    private readonly time: { readonly nowMs: number; readonly clock: () => number },
  ) {
    this.objects = new ObjectStore(settings);
    this.nowMs = time.nowMs;
    this.endMs = time.clock() + turnMs;
  }

  /** @returns why it came to an end too early, or a run's output could not be moved; null when all went well */
  async run(keepRunsDays: number): Promise<Error | null> {
    try {
      await this.clear(keepRunsDays);
      await this.moveDue();
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
    return this.failure;
  }

  /** Deletes objects of runs that are not kept any more, and what was left behind. */
  private async clear(keepRunsDays: number): Promise<void> {
    await this.store.expire(this.nowMs - keepRunsDays * dayMs, expiredAtOnce, this.nowMs);
    await this.store.abandon(this.nowMs - staleMs, this.nowMs);
    for (;;) {
      const leaving = await this.store.leaving(this.nowMs - graceMs, batch);
      await eachOf(leaving, async (object) => {
        await this.remove(object);
        await this.store.gone(object);
      });
      if (leaving.length < batch || this.isOver()) break;
    }
    await this.store.dropEmpty(this.nowMs - Math.max(this.settings.afterDays, keptPartitionDays) * dayMs);
  }

  /**
   * One that nobody needs, in another bucket than is configured, where we may not delete or which is not there: its name was
   * wrong once, or its rights were taken. It must not hold up all the others for ever.
   */
  private async remove({ bucket, key }: Pick<ObjectRow, 'bucket' | 'key'>): Promise<void> {
    try {
      await this.objects.delete(bucket, key);
    } catch (error) {
      const isElsewhere = bucket !== this.settings.bucket;
      if (!(isElsewhere && error instanceof ArchiveError && error.reason === 'refused')) throw error;
      logger.warn(`no longer looked for, if it is there: ${describeError(error)}`);
    }
  }

  private async moveDue(): Promise<void> {
    const { afterDays } = this.settings;
    for (let after = lowest; ; ) {
      const runs = await this.store.hotRuns(this.nowMs - afterDays * dayMs, after, batch);
      await eachOf(
        runs.filter((run) => this.isDue(run)),
        (run) => this.tryMove(run),
      );
      after = runs.at(-1)?.runId ?? after;
      if (runs.length < batch || this.isOver()) return;
    }
  }

  /** Whether the rest waits for the next turn. */
  private isOver(): boolean {
    this.more = this.time.clock() > this.endMs;
    return this.more;
  }

  private isDue({ runId, state, startedAt, finishedAt }: HotRunRow): boolean {
    const startedAtMs = startedAt?.getTime() ?? timeOfUuid7(runId);
    const run = { state, startedAtMs, finishedAtMs: finishedAt?.getTime() ?? null };
    return judgeArchive(run, this.settings.afterDays, this.nowMs).kind === 'move';
  }

  /** What is wrong with one object, or with a bucket of former times, stops no other; a store that does not work stops the turn. */
  private async tryMove(run: HotRunRow): Promise<void> {
    try {
      await this.move(run);
    } catch (error) {
      if (!(error instanceof ArchivedUnreadable)) throw error;
      const isOfOne = ['missing', 'damaged'].includes(error.reason) || error.object.bucket !== this.settings.bucket;
      if (!isOfOne) throw error;
      this.failure ??= error;
    }
  }

  /** Copies, reads back, and only then lets go. */
  private async move({ runId, job }: HotRunRow): Promise<void> {
    const hot = await this.hot.pieces(runId);
    if (hot.length === 0) return;
    const earlier = (await this.archived.of(runId)) ?? [];
    const pieces = joinPieces(earlier, hot.map(pieceOf));
    if (pieces.length === earlier.length) {
      await this.store.forget(runId, hot);
      return;
    }
    const { row, body } = await this.pack({ id: runId, job: job ?? '' }, pieces);
    await this.store.intend(row, this.nowMs);
    await this.objects.put(row.bucket, row.key, body);
    await openObject(row, await this.objects.get(row.bucket, row.key, row.length));
    await this.store.settle(row, hot, this.nowMs);
    this.moved += 1;
  }

  private async pack(
    run: { id: string; job: string },
    pieces: readonly ArchivedPiece[],
  ): Promise<{ row: ObjectRow; body: Buffer }> {
    const body = await zip(packOutput(run, pieces));
    const sha256 = sha256Hex(body);
    const bytesOf = (stream: number) =>
      pieces.reduce((sum, piece) => sum + (piece.stream === stream ? piece.data.length : 0), 0);
    const named = { runId: run.id, job: run.job, startedAtMs: timeOfUuid7(run.id) };
    const row = {
      bucket: this.settings.bucket,
      key: archiveKey(this.settings.prefix, named, randomBytes(4).toString('hex')),
      runId: run.id,
      length: body.length,
      sha256: Buffer.from(sha256, 'hex'),
      stdoutBytes: bytesOf(0),
      stderrBytes: bytesOf(1),
    };
    return { row, body };
  }
}

/** Works on several at once; the first error ends it, once those that were begun are over. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  let failure: { error: unknown } | undefined;
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined && !failure; item = waiting.shift())
      await work(item).catch((error: unknown) => {
        failure ??= { error };
      });
  };
  await Promise.all(Array.from({ length: runsAtOnce }, lane));
  if (failure) throw failure.error;
}
