import { type LoadFigure, loadFigures } from '@carillon/core/alert/conditions/condition';
import type { PoliciesOf } from '@carillon/core/alert/evaluate/policies-of';
import type { HostSignal } from '@carillon/core/alert/signal';
import { defaultPresence } from '@carillon/core/host/presence';
import type pg from 'pg';

const everyMs = 5_000;
/** We were away ourselves, or the database was: hosts get this long to be heard of again before they count as offline. */
const returnMs = defaultPresence.offlineAfterMs + 60_000;
const longestPauseMs = 60_000;
/** What a host said of its load before is no longer true. */
const freshMs = 300_000;

interface Limits {
  readonly offline: boolean;
  readonly clockMs: number | null;
  readonly load: Readonly<Record<LoadFigure, number | null>>;
}

interface HostRow extends Readonly<Record<LoadFigure, number | null>> {
  readonly id: string;
  readonly lastSeenMs: number;
  readonly isOffline: boolean;
  readonly clockAheadMs: number | null;
}

/**
 * Looks at hosts for policies that ask about hosts. Changes are signalled too; but what is wrong when a policy is written does
 * not change then. Finds only hosts where something is wrong, or was; the same found again changes nothing.
 */
export class AlertHostSweep {
  private lookedMs: number | undefined;
  private sweptMs = Number.NEGATIVE_INFINITY;
  private steadySinceMs = 0;

  /** Call at every turn, also at one that another server has: it shows that we and the database are there. */
  note(nowMs: number): void {
    if (this.lookedMs === undefined || nowMs - this.lookedMs > longestPauseMs) this.steadySinceMs = nowMs;
    this.lookedMs = nowMs;
  }

  async find(client: pg.PoolClient, policies: PoliciesOf, nowMs: number): Promise<HostSignal[]> {
    const limits = limitsOf(policies);
    if (!limits || Math.abs(nowMs - this.sweptMs) < everyMs) return [];
    this.sweptMs = nowMs;
    const isSteady = nowMs - this.steadySinceMs >= returnMs;
    const rows = await look(client, { ...limits, offline: limits.offline && isSteady }, nowMs);
    return rows.flatMap((row) => signalsOf(row, limits, isSteady, nowMs));
  }
}

/** The least that any policy asks about; undefined where none asks. */
function limitsOf(policies: PoliciesOf): Limits | undefined {
  const conditions = policies.ofHosts.flatMap((policy) => policy.conditions);
  if (conditions.length === 0) return undefined;
  const clocks = conditions.flatMap((condition) => (condition.kind === 'clockSkew' ? condition.ms : []));
  const leastLoad = (figure: LoadFigure) =>
    least(
      conditions.flatMap((condition) =>
        condition.kind === 'load' && condition.figure === figure ? condition.above : [],
      ),
    );
  return {
    offline: conditions.some(({ kind }) => kind === 'hostOffline'),
    clockMs: least(clocks),
    load: { cpu: leastLoad('cpu'), memory: leastLoad('memory'), disk: leastLoad('disk') },
  };
}

const least = (values: readonly number[]): number | null => (values.length > 0 ? Math.min(...values) : null);

async function look(client: pg.PoolClient, limits: Limits, nowMs: number): Promise<HostRow[]> {
  const result = await client.query<HostRow>(
    `SELECT h.id, (extract(epoch FROM s.last_seen_at) * 1000)::float8 AS "lastSeenMs", s.last_seen_at < $1 AS "isOffline",
       s.clock_ahead_ms::float8 AS "clockAheadMs",
       ${loadFigures.map((figure) => `CASE WHEN s.load_at > $7 THEN s.${figure}_percent END AS ${figure}`).join(', ')}
     FROM host h JOIN agent_session s ON s.host_id = h.id
     WHERE h.state = 'active' AND s.last_seen_at IS NOT NULL AND (
       ($2 AND s.last_seen_at < $1) OR abs(s.clock_ahead_ms) > $3::float8
       OR (s.load_at > $7 AND (s.cpu_percent > $4::float8 OR s.memory_percent > $5::float8 OR s.disk_percent > $6::float8))
       OR EXISTS (SELECT FROM alert a WHERE a.host_id = h.id AND a.job_id IS NULL AND a.state <> 'resolved'))
     ORDER BY h.id`,
    [
      new Date(nowMs - defaultPresence.offlineAfterMs),
      limits.offline,
      limits.clockMs,
      ...loadFigures.map((figure) => limits.load[figure]),
      new Date(nowMs - freshMs),
    ],
  );
  return result.rows;
}

function signalsOf(row: HostRow, limits: Limits, isSteady: boolean, nowMs: number): HostSignal[] {
  const base = { id: '', kind: 'host', hostId: row.id } as const;
  if (row.isOffline)
    return isSteady && limits.offline ? [{ ...base, atMs: row.lastSeenMs, what: 'offline', figures: {} }] : [];
  const now = { ...base, atMs: nowMs } as const;
  const signals: HostSignal[] = [{ ...now, what: 'online', figures: {} }];
  if (limits.clockMs !== null && row.clockAheadMs !== null)
    signals.push({ ...now, what: 'clock', figures: { aheadMs: row.clockAheadMs } });
  const told = loadFigures.flatMap((figure) => (row[figure] === null ? [] : [[figure, row[figure]] as const]));
  if (told.length > 0) signals.push({ ...now, what: 'load', figures: Object.fromEntries(told) });
  return signals;
}
