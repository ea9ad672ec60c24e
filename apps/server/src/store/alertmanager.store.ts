import type { SilenceSpec } from '@carillon/core/alert/documents/silence.schema';
import { alertmanagerPrefix, type MirroredAlert } from '@carillon/core/alert/interop/alertmanager';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import { Inject, Injectable } from '@nestjs/common';
import { AlertDocumentStore } from './alert-document.store.js';
import { Database } from './database.store.js';

const alertsTold = 10_000;
const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** What an Alertmanager is told, and what it told. */
@Injectable()
export class AlertmanagerStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AlertDocumentStore) private readonly documents: AlertDocumentStore,
  ) {}

  /**
   * What fires, and what was resolved since. What our own silences and windows mute is left out; what its silences mute is
   * told, since they are shown with what they mute.
   */
  async alerts(resolvedSinceMs: number): Promise<(Omit<MirroredAlert, 'url'> & { number: number | null })[]> {
    const result = await this.database.pool.query<Omit<MirroredAlert, 'url'> & { number: number | null }>(
      `SELECT coalesce(a.facts->>'policyName', a.policy) AS policy, j.name AS job, h.name AS host, a.what, a.severity,
         coalesce(a.facts->'labels', '{}') AS labels, a.reason->>'text' AS text, a.facts->>'runbook' AS runbook,
         ${ms('coalesce(a.fired_at, a.since)')} AS "firedMs", ${ms('a.resolved_at')} AS "resolvedMs", i.number::float8 AS number
       FROM alert a LEFT JOIN job j ON j.id = a.job_id LEFT JOIN host h ON h.id = a.host_id
         LEFT JOIN incident i ON i.id = a.incident_id
       WHERE (a.state IN ('firing', 'acked', 'recovering') OR (a.state = 'resolved' AND a.resolved_at > to_timestamp($1 / 1000.0)))
         AND a.policy <> '${selfWatch.name}'
         AND (i.muted IS NULL OR i.muted->'figures'->>'silence' LIKE '${alertmanagerPrefix}%')
       ORDER BY a.id DESC LIMIT ${alertsTold}`,
      [resolvedSinceMs],
    );
    return result.rows;
  }

  /** Keeps exactly these as documents, beside those that people wrote. */
  async replaceSilences(specs: readonly SilenceSpec[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      for (const spec of specs) await this.documents.put(tx, { kind: 'Silence', spec }, 'alertmanager');
      const kept = specs.map(({ name }) => name.toLowerCase());
      await tx.$executeRaw`
        DELETE FROM alert_document WHERE kind = 'Silence' AND author = 'alertmanager'
          AND name_key LIKE ${`${alertmanagerPrefix}%`} AND NOT name_key = ANY(${kept}::text[])`;
    });
  }
}
