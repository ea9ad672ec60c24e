import { readRunning } from '@carillon/stack/data-folder';
import type { StackDatabase } from '@carillon/stack/stack-database';
import type { PrivateStack } from './private-stack.js';
import { treeCpuMs, useOf } from './process-use.js';

export interface MissedHourOptions {
  readonly hosts: number;
  readonly jobs: number;
  readonly onProgress: (text: string) => void;
}

/** What it takes to judge an hour of expected runs, all at once. */
export interface MissedHourFigures {
  /** In the hour that was judged. */
  readonly expectedRuns: number;
  readonly serverCpuMs: number | null;
  readonly postgresCpuMs: number;
  /** Both over an hour of one processor, in percent. */
  readonly cpuSharePercent: number | null;
  readonly missed: number;
  readonly found: number;
  readonly falseAlarms: number;
}

const unran = 100;
export const graceMinutes = 5;
const idleMs = 10_000;
const lookMs = 200;
const judgedWithinMs = 300_000;

/** An hour of expected runs in which some did not happen, judged by the real server. */
export class MissedHour {
  constructor(
    private readonly stack: PrivateStack,
    private readonly database: StackDatabase,
    private readonly options: MissedHourOptions,
  ) {}

  async measure(): Promise<MissedHourFigures> {
    const { hosts, jobs, onProgress } = this.options;
    onProgress(`making an hour of ${hosts * jobs} expected runs`);
    await this.fill();
    const idle = await this.useWhile(() => pause(idleMs));
    onProgress('judging them');
    const judging = await this.useWhile(() => this.judgeAll());
    const spent = (used: number, before: number) => Math.max(0, used - (before / idle.elapsedMs) * judging.elapsedMs);
    const postgresCpuMs = spent(judging.postgresCpuMs, idle.postgresCpuMs);
    const serverCpuMs =
      judging.serverCpuMs === null || idle.serverCpuMs === null ? null : spent(judging.serverCpuMs, idle.serverCpuMs);
    const totalMs = serverCpuMs === null ? null : serverCpuMs + postgresCpuMs;
    return {
      expectedRuns: hosts * jobs,
      serverCpuMs,
      postgresCpuMs,
      cpuSharePercent: totalMs === null ? null : (100 * totalMs) / 3_600_000,
      missed: Math.min(unran, hosts * jobs),
      ...(await this.verdicts()),
    };
  }

  private async fill(): Promise<void> {
    const { jobs, hosts } = this.options;
    const documents = [
      ...Array.from({ length: jobs }, (_, n) => jobFile(`due-${n}`, `${n % 60} * * * *`)),
      jobFile('soon-0', [{ cron: '* * * * *', jitter: '50s' }]),
    ];
    await this.stack.api.call('POST', '/apply', { documents, allowNoHosts: true });
    const sql = (text: string, ...values: unknown[]) => this.database.rows(text, values);
    await sql(
      `INSERT INTO host (id, name, name_key, os, timezone, agent_version, scheduler, fingerprint, public_key, desired_hash, enrolled_at)
       SELECT gen_random_uuid(), 'made-' || i, 'made-' || i, 'Windows Server 2022', 'UTC', '0.1.0', 'memory', 'f', 'k', 'h',
         now() - interval '9 days' FROM generate_series(1, $1::int) AS i`,
      hosts,
    );
    // They stay online without sockets.
    await sql(
      `INSERT INTO agent_session (host_id, gateway_id, connected_at, last_seen_at)
       SELECT id, gen_random_uuid(), now() - interval '8 days', now() + interval '1 hour' FROM host WHERE name LIKE 'made-%'`,
    );
    await sql(
      `INSERT INTO assignment (job_id, host_id, version, manifest_hash, state, applied_version, updated_at)
       SELECT j.id, h.id, 1, v.manifest_hash, 'applied', 1, now() - interval '8 days' FROM host h CROSS JOIN job j
       JOIN job_version v ON v.job_id = j.id AND v.version = 1 WHERE h.name LIKE 'made-%' AND j.name LIKE 'due-%'`,
    );
    await sql('UPDATE expected_cursor SET check_at = NULL');
    await sql(
      `INSERT INTO run (id, job_id, job_version, host_id, state, trigger, scheduled_for, started_at, finished_at, duration_ms, exit_code)
       SELECT (lpad(to_hex((extract(epoch FROM due + interval '1 second') * 1000)::bigint), 12, '0') || '7' ||
         substr(md5(a.job_id::text || a.host_id), 1, 3) || '8' || substr(md5(a.job_id::text || a.host_id), 4, 15))::uuid,
         a.job_id, 1, a.host_id, 'succeeded', 'schedule', due, due + interval '1 second', due + interval '2 seconds', 1000, 0
       FROM (SELECT a.*, row_number() OVER () AS n FROM assignment a) a JOIN job j ON j.id = a.job_id AND j.name LIKE 'due-%',
         LATERAL (SELECT date_trunc('hour', now() + interval '20 minutes' - minute) + minute - k * interval '1 hour' AS due
           FROM (SELECT substr(j.name, 5)::int % 60 * interval '1 minute' AS minute) m, generate_series(0, 1) AS k) d
       WHERE a.n > $1 AND due > now() - interval '70 minutes'`,
      unran,
    );
    for (const table of ['run', 'host', 'assignment', 'expected_cursor', 'agent_session'])
      await sql(`VACUUM ANALYZE ${table}`);
  }

  private async judgeAll(): Promise<void> {
    await this.database.rows(
      `UPDATE expected_cursor SET check_at = now(), checked_to = now() - interval '${graceMinutes + 60} minutes',
         spans = jsonb_set(spans, '{0,fromMs}', to_jsonb((extract(epoch FROM now() - interval '2 days') * 1000)::bigint))`,
    );
    const deadline = performance.now() + judgedWithinMs;
    for (;;) {
      const [row] = await this.database.rows('SELECT 1 FROM expected_cursor WHERE check_at <= now() LIMIT 1');
      if (!row) return;
      if (performance.now() > deadline) throw new Error(`not all were judged within ${judgedWithinMs / 1_000} s`);
      await pause(lookMs);
    }
  }

  private async verdicts(): Promise<{ found: number; falseAlarms: number }> {
    const [row] = await this.database.rows<{ found: number; falseAlarms: number }>(
      `SELECT count(*) FILTER (WHERE verdict = 'missed' AND r.id IS NULL)::int AS found,
         count(*) FILTER (WHERE verdict <> 'missed' OR r.id IS NOT NULL)::int AS "falseAlarms"
       FROM missed_run m LEFT JOIN run r ON r.job_id = m.job_id AND r.host_id = m.host_id AND r.scheduled_for = m.scheduled_for`,
    );
    return row ?? { found: 0, falseAlarms: 0 };
  }

  async useWhile(work: () => Promise<void>) {
    const server = readRunning(this.stack.folder)?.serverPid ?? -1;
    const look = () => ({ server: useOf(server)?.cpuMs, postgres: treeCpuMs(this.database.pid) ?? Number.NaN });
    const before = look();
    const startedMs = performance.now();
    await work();
    const after = look();
    return {
      elapsedMs: performance.now() - startedMs,
      serverCpuMs: after.server === undefined || before.server === undefined ? null : after.server - before.server,
      postgresCpuMs: after.postgres - before.postgres,
    };
  }
}

function jobFile(name: string, schedule: unknown): unknown {
  return {
    kind: 'Job',
    name,
    targets: { labels: { nobody: 'yes' } },
    schedule,
    run: { program: 'backup.exe' },
    onMissed: 'skip',
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
