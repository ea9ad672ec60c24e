import { randomBytes } from 'node:crypto';
import { reportWords } from '@carillon/core/alert/deliver/report-words';
import { logReason } from '@carillon/core/alert/log-reasons';
import type { NoticeContent } from '@carillon/core/alert/notice';
import { composeReport } from '@carillon/core/report/compose-report';
import { hostsOfReport, jobsOfReport } from '@carillon/core/report/report-jobs';
import { reportPeriod } from '@carillon/core/report/report-period';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { HintedLoop, type Round } from '../../queue/hinted-loop.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { Origins } from '../../shared/origins.js';
import { logDecisions } from '../../store/alert-log.js';
import { Database } from '../../store/database.store.js';
import { type NewNotice, queueNotices } from '../../store/notice-rows.js';
import { type Client, poolTransaction } from '../../store/pool-transaction.js';
import {
  type AskingRun,
  askingRun,
  lockDueReport,
  postponeReport,
  readReport,
  reportChoice,
  settleReport,
} from '../../store/report.store.js';
import { ALERT_CLOCK, type AlertClock } from '../alert-clock.js';
import { tellOf } from '../written.js';

/** One that could not be made is tried again so much later. */
const againMs = 60_000;

/**
 * Makes the reports that runs have asked for. That one is owed stands beside the run, and it goes with the transaction that
 * queues its notices, so a server that dies in between only makes it late; notices are keyed by the run, so it is told once.
 */
@Injectable()
export class Reports implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop: HintedLoop;

  constructor(
    @Inject(Database) private readonly database: Pick<Database, 'pool'>,
    @Inject(Origins) private readonly origins: Pick<Origins, 'all'>,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) { pollMs }: Pick<Config, 'pollMs'>,
  ) {
    const round = () => this.round();
    this.loop = new HintedLoop({ subject: 'Reports', pollMs, clock, round });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Makes all that are due. @returns how many  @throws the first error, once the others are made */
  async make(): Promise<number> {
    const errors: unknown[] = [];
    let made = 0;
    for (let next = await this.makeOne(errors); next; next = await this.makeOne(errors)) made += 1;
    if (errors.length > 0) throw errors[0];
    return made;
  }

  private async round(): Promise<Round> {
    await this.make();
    return { more: false };
  }

  /** @returns whether there was one */
  private async makeOne(errors: unknown[]): Promise<boolean> {
    const { pool } = this.database;
    let runId: string | undefined;
    try {
      const notices = await poolTransaction(pool, async (client) => {
        const nowMs = this.clock();
        runId = await lockDueReport(client, new Date(nowMs));
        if (runId === undefined) return [];
        const run = await askingRun(client, runId);
        const queued = run ? await this.queue(client, run, nowMs) : [];
        await settleReport(client, runId);
        return queued;
      });
      tellOf(this.hints, { notices, events: [] });
    } catch (error) {
      if (runId === undefined) throw error;
      errors.push(error);
      await postponeReport(pool, runId, new Date(this.clock() + againMs));
    }
    return runId !== undefined;
  }

  private async queue(client: Client, run: AskingRun, nowMs: number): Promise<string[]> {
    const content = await this.contentOf(client, run);
    const notices = run.spec.to.map((channel): NewNotice => {
      const id = makeUuid7(nowMs, randomBytes(10));
      const key = `report/${run.id}/${channel.toLowerCase()}`;
      const about = { incidentId: null, generation: 1, recipient: null, reason: 'report', step: 0 } as const;
      return { id, key, ...about, channel: channel.toLowerCase(), content, createdAt: new Date(nowMs) };
    });
    const queued = await queueNotices(client, notices);
    await logDecisions(
      client,
      notices
        .filter(({ id }) => queued.has(id))
        .map(({ id, channel }) => ({
          incidentId: null,
          noticeId: id,
          at: new Date(nowMs),
          stage: 'route',
          reason: logReason('report', `${run.job} on ${run.host} asked for it, for ${channel}`, {
            ...{ run: run.id, job: run.job, host: run.host, channel },
          }),
        })),
    );
    return [...queued];
  }

  private async contentOf(client: Client, run: AskingRun): Promise<NoticeContent> {
    const { jobs, hosts, groups } = await reportChoice(client);
    const period = reportPeriod(run.spec, run.startedAt.getTime(), run.lastAt?.getTime() ?? null);
    const facts = await readReport(
      client,
      jobsOfReport(run.spec, run.owner, jobs),
      hostsOfReport(run.spec, run.hostId, hosts, groups),
      period,
    );
    const report = composeReport(facts);
    const [origin = 'http://localhost'] = this.origins.all;
    return {
      reason: 'report',
      incident: null,
      text: reportWords.en.summary(report),
      job: run.job,
      host: run.host,
      run: null,
      spread: null,
      labels: {},
      runbook: null,
      links: { incident: null, acknowledge: null, run: `${origin}/runs/${run.id}` },
      report,
    };
  }
}
