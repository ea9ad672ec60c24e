import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import { Inject, Injectable } from '@nestjs/common';
import { type AuditFindings, auditAlerts } from './alert-audit.js';
import { AuditTargetStore, type ForwardFigures } from './audit-target.store.js';
import { Database } from './database.store.js';
import { type SelfWatchFigures, SelfWatchStore } from './self-watch.store.js';

export interface AlertFigures {
  readonly incidents: readonly { readonly state: string; readonly severity: string; readonly count: number }[];
  /** Those that wait or were given up, and all of the last hour. */
  readonly notices: readonly { readonly state: string; readonly channel: string; readonly count: number }[];
  readonly signals: { readonly count: number; readonly ageSeconds: number };
  /** Promises of the pipeline that were not kept; all none while all is well. */
  readonly audit: AuditFindings;
  /** Expected runs of the last hour that did not simply happen. */
  readonly missed: readonly { readonly verdict: string; readonly count: number }[];
  /** Null where the way of alerts was never tested. */
  readonly selfWatch: SelfWatchFigures | null;
  /** Where rows of the audit are sent. */
  readonly forwards: readonly ForwardFigures[];
}

/** Of more signals than that, no more is counted: the age tells enough. */
const countedSignals = 100_000;
/** Channels with a name of their own in metrics, by how many notices they have; the rest are one. */
const namedChannels = 50;

/** What monitoring asks about alerts, in a few cheap statements. */
@Injectable()
export class AlertMetricsStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SelfWatchStore) private readonly watch: SelfWatchStore,
    @Inject(AuditTargetStore) private readonly targets: AuditTargetStore,
  ) {}

  async read(): Promise<AlertFigures> {
    const { pool } = this.database;
    const [incidents, notices, signals, missed, audit, watched, forwards] = await Promise.all([
      pool.query<AlertFigures['incidents'][number]>(
        `SELECT state, severity, count(*)::float8 AS count FROM incident
         WHERE state <> 'resolved' AND number <> ${selfWatch.incidentNumber} GROUP BY state, severity`,
      ),
      pool.query<AlertFigures['notices'][number]>(
        `SELECT state, channel, count(*)::float8 AS count FROM notice
         WHERE (state IN ('dead', 'failed', 'sending', 'queued') OR created_at > now() - interval '1 hour')
           AND channel <> '${selfWatch.name}'
         GROUP BY state, channel`,
      ),
      pool.query<AlertFigures['signals']>(
        `SELECT (SELECT count(*) FROM (SELECT 1 FROM alert_signal LIMIT ${countedSignals}) AS s)::float8 AS count,
           coalesce((SELECT extract(epoch FROM now() - at) FROM alert_signal ORDER BY id LIMIT 1), 0)::float8 AS "ageSeconds"`,
      ),
      pool.query<AlertFigures['missed'][number]>(
        `SELECT coalesce(amended_verdict, verdict) AS verdict, sum(occurrences)::float8 AS count FROM missed_run
         WHERE decided_at > now() - interval '1 hour' GROUP BY 1`,
      ),
      auditAlerts(pool, Date.now()),
      this.watch.figures(),
      this.targets.figures(),
    ]);
    return {
      incidents: incidents.rows,
      notices: withFewChannels(notices.rows),
      signals: signals.rows[0] ?? { count: 0, ageSeconds: 0 },
      missed: missed.rows,
      audit,
      selfWatch: watched,
      forwards,
    };
  }
}

/** Names of channels are people's to make: labels of metrics must not grow with them. */
export function withFewChannels(rows: AlertFigures['notices']): AlertFigures['notices'] {
  const totals = new Map<string, number>();
  for (const { channel, count } of rows) totals.set(channel, (totals.get(channel) ?? 0) + count);
  const named = new Set(
    [...totals]
      .sort(([, a], [, b]) => b - a)
      .slice(0, namedChannels)
      .map(([channel]) => channel),
  );
  const merged = new Map<string, AlertFigures['notices'][number]>();
  for (const { state, channel, count } of rows) {
    const name = named.has(channel) ? channel : 'other';
    const key = `${state}/${name}`;
    merged.set(key, { state, channel: name, count: (merged.get(key)?.count ?? 0) + count });
  }
  return [...merged.values()];
}
