import { openStackDatabase, type StackDatabase } from '@carillon/stack/stack-database';
import { graceMinutes, MissedHour, type MissedHourFigures, pause } from './missed-hour.js';
import { type PrivateStack, withPrivateStack } from './private-stack.js';
import { type Quantiles, quantilesOf } from './quantiles.js';

export interface MissedBenchOptions {
  readonly repository: string;
  readonly hosts: number;
  readonly jobs: number;
  readonly onProgress: (text: string) => void;
}

/** Figures of `bench missed`. */
export interface MissedFigures extends MissedHourFigures {
  readonly name: 'missed';
  /** Processor time of Postgres to count the same runs by job and host. */
  readonly baseline: number;
  readonly ratio: number | null;
  /** From the end of the grace to the verdict. */
  readonly verdictMs: Quantiles;
}

/** Of the part that measures how soon a verdict comes. */
const lateHosts = 200;
const lateWatchMs = 75_000;
const counts = 5;

/** Judges an hour of expected runs by the real server, all at once, and then some as they fall due. */
export function benchMissed(options: MissedBenchOptions): Promise<MissedFigures> {
  const { repository, onProgress } = options;
  return withPrivateStack(
    repository,
    onProgress,
    async (stack) => {
      const database = await openStackDatabase(stack.folder);
      try {
        return await new MissedBench(options, stack, database).run();
      } finally {
        await database.close();
      }
    },
    { localAgent: false },
  );
}

class MissedBench {
  private readonly hour: MissedHour;

  constructor(
    private readonly options: MissedBenchOptions,
    stack: PrivateStack,
    private readonly database: StackDatabase,
  ) {
    this.hour = new MissedHour(stack, database, options);
  }

  async run(): Promise<MissedFigures> {
    const { onProgress } = this.options;
    const judged = await this.hour.measure();
    onProgress('counting them, bare');
    const baseline = await this.bareCount();
    onProgress(`waiting for verdicts that fall due one by one (${lateWatchMs / 1_000} s)`);
    const verdictMs = await this.lateness();
    const { serverCpuMs, postgresCpuMs } = judged;
    const ratio = serverCpuMs === null ? null : (serverCpuMs + postgresCpuMs) / baseline;
    return { name: 'missed', ...judged, baseline, ratio, verdictMs };
  }

  private async bareCount(): Promise<number> {
    const { postgresCpuMs } = await this.hour.useWhile(async () => {
      for (let turn = 0; turn < counts; turn += 1)
        await this.database.rows(
          `SELECT count(*) FROM (SELECT job_id, host_id, count(*) FROM run WHERE id >= uuid_at(now() - interval '2 hours') GROUP BY 1, 2) c`,
        );
    });
    return postgresCpuMs / counts;
  }

  /** Runs of a job that hosts have and never start, each at a second of its own. */
  private async lateness(): Promise<Quantiles> {
    await this.database.rows('UPDATE expected_cursor SET check_at = NULL');
    await this.database.rows(
      `INSERT INTO assignment (job_id, host_id, version, manifest_hash, state, applied_version, updated_at)
       SELECT j.id, h.id, 1, v.manifest_hash, 'applied', 1, now() - interval '8 days' FROM host h JOIN job j ON j.name = 'soon-0'
       JOIN job_version v ON v.job_id = j.id AND v.version = 1 WHERE h.name LIKE 'made-%' LIMIT $1`,
      [lateHosts],
    );
    await this.database.rows(
      `UPDATE expected_cursor SET checked_to = now() - interval '${graceMinutes} minutes', check_at = now(),
         spans = jsonb_set(spans, '{0,fromMs}', '0') WHERE job_id = (SELECT id FROM job WHERE name = 'soon-0')`,
    );
    await pause(lateWatchMs);
    const rows = await this.database.rows<{ ms: number }>(
      `SELECT (extract(epoch FROM decided_at - scheduled_for) * 1000)::float8 - $1 AS ms FROM missed_run
       WHERE job_id = (SELECT id FROM job WHERE name = 'soon-0')`,
      [graceMinutes * 60_000],
    );
    return quantilesOf(rows.map(({ ms }) => ms));
  }
}
