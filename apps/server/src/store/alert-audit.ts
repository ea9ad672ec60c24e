import type pg from 'pg';
import { firingParts, signalSystem } from './alert-signals.js';

/**
 * What the pipeline promises and did not keep. `late`: an incident's time came and nobody looked. `forgotten`: one that
 * people are to hear more of, and nothing would make anybody look. `loose`: an alert fires in no incident.
 * `untried`: a notice was due and no attempt was made.
 */
export const auditCodes = ['late', 'forgotten', 'loose', 'untried'] as const;
export type AuditCode = (typeof auditCodes)[number];

export type AuditFindings = Readonly<Record<AuditCode, number>>;

/** Longer than any turn, poll or lease takes while all is well. */
const patience = `interval '5 minutes'`;

const texts: Readonly<Record<AuditCode, string>> = {
  late: 'open incidents have waited for the alert engine for more than 5 minutes',
  forgotten: 'open incidents have steps or repeats left, and no time at which they are looked at',
  loose: 'alerts have fired for more than 5 minutes without an incident',
  untried: 'notices were due for more than 5 minutes without an attempt to send them',
};

/** Counts at an instant; each is none while all is well. An open incident without a next step has to have a reason. */
export async function auditAlerts(client: Pick<pg.Pool, 'query'>, nowMs: number): Promise<AuditFindings> {
  const { rows } = await client.query<Record<AuditCode, number>>(
    `SELECT
       (SELECT count(*) FROM incident WHERE wake_at < $1::timestamptz - ${patience} AND state <> 'resolved')::float8 AS late,
       (SELECT count(*) FROM incident i WHERE i.wake_at IS NULL AND i.state = 'firing' AND CASE WHEN i.muted IS NULL
          THEN i.escalation IS NOT NULL AND ((i.escalation->>'next')::int < jsonb_array_length(i.escalation->'steps')
            OR ((i.escalation->>'repeatsLeft')::int > 0 AND i.escalation->>'repeatEveryMs' IS NOT NULL))
          ELSE i.muted->>'code' <> 'storm' END)::float8 AS forgotten,
       (SELECT count(*) FROM alert WHERE incident_id IS NULL AND state IN ('firing', 'acked')
          AND fired_at < $1::timestamptz - ${patience})::float8 AS loose,
       (SELECT count(*) FROM notice WHERE state IN ('queued', 'sending') AND attempts = 0
          AND next_at < $1::timestamptz - ${patience})::float8 AS untried`,
    [new Date(nowMs)],
  );
  return rows[0] ?? { late: 0, forgotten: 0, loose: 0, untried: 0 };
}

/**
 * Looks, and signals what is wrong or is right again, as anything else that does not work is told. While the engine itself
 * stands still nobody reads the signals: then the metrics tell.
 * @returns how many signals were written
 */
export async function auditTurn(client: pg.PoolClient, nowMs: number): Promise<number> {
  const found = await auditAlerts(client, nowMs);
  const told = await firingParts(client, 'audit:');
  let written = 0;
  for (const code of auditCodes) {
    const part = `audit:${code}`;
    const count = found[code];
    // Said once when it begins and once when it is over.
    if (count > 0 === told.has(part)) continue;
    const text = count > 0 ? `${count} ${texts[code]}` : 'all as promised again';
    await signalSystem(client, {
      atMs: nowMs,
      part,
      ok: count === 0,
      code: count > 0 ? `audit_${code}` : 'audit_ok',
      text,
    });
    written += 1;
  }
  return written;
}
