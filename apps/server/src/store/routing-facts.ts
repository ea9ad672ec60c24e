import type { AlertDocumentSpecs } from '@carillon/core/alert/documents/alert-documents';
import type { OnCallSpec } from '@carillon/core/alert/documents/on-call.schema';
import type { RouteSpec } from '@carillon/core/alert/documents/route.schema';
import { derivesFromSilence, isOwnFault, type MutableAlert, type QuietFacts } from '@carillon/core/alert/quiet/mute';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import type { Client } from './pool-transaction.js';

/** What people wrote about where alerts go and when it is quiet, as of one transaction. */
export interface RoutingFacts {
  readonly routes: readonly RouteSpec[];
  readonly silences: QuietFacts['silences'];
  readonly windows: QuietFacts['windows'];
  /** By name in lower case. */
  readonly schedules: ReadonlyMap<string, OnCallSpec>;
  /** Names in lower case. */
  readonly channels: ReadonlySet<string>;
}

type Kind = 'Route' | 'Silence' | 'MaintenanceWindow' | 'OnCall';

/** Silences that are over are not read: they stay as history. */
export async function routingFacts(client: Client, nowMs: number): Promise<RoutingFacts> {
  const { rows } = await client.query<{ kind: Kind | 'Channel'; nameKey: string; spec: unknown }>(
    `SELECT kind, name_key AS "nameKey", CASE kind WHEN 'Channel' THEN NULL ELSE spec END AS spec FROM alert_document
     WHERE kind IN ('Route', 'MaintenanceWindow', 'OnCall', 'Channel') OR (kind = 'Silence' AND spec->>'until' > $1)
     ORDER BY name_key`,
    [new Date(nowMs).toISOString()],
  );
  const of = <K extends Kind>(kind: K) =>
    rows.filter((row) => row.kind === kind).map(({ spec }) => spec as AlertDocumentSpecs[K]);
  return {
    // A document of an older version may lack what its kind has now; it says nothing then.
    routes: [selfWatch.route, ...of('Route').filter((route) => Array.isArray(route.routes))],
    silences: of('Silence').filter((silence) => Array.isArray(silence.match)),
    windows: of('MaintenanceWindow').filter((window) => Array.isArray(window.match)),
    schedules: new Map(
      rows.filter(({ kind }) => kind === 'OnCall').map(({ nameKey, spec }) => [nameKey, spec as OnCallSpec]),
    ),
    channels: new Set([selfWatch.name, ...rows.filter(({ kind }) => kind === 'Channel').map(({ nameKey }) => nameKey)]),
  };
}

/** Labels by which policies tell their incidents apart, where they say so. */
export async function groupingOf(client: Client, policies: readonly string[]): Promise<Map<string, readonly string[]>> {
  if (policies.length === 0) return new Map();
  const { rows } = await client.query<{ name: string; by: readonly string[] | null }>(
    `SELECT name_key AS name, spec->'groupBy' AS by FROM alert_document WHERE kind = 'AlertPolicy' AND name_key = ANY($1::text[])`,
    [policies],
  );
  return new Map(rows.flatMap(({ name, by }) => (by && by.length > 0 ? [[name, by] as const] : [])));
}

/** What makes quiet for these alerts. */
export async function quietFacts(
  client: Client,
  { silences, windows }: Pick<RoutingFacts, 'silences' | 'windows'>,
  alerts: readonly MutableAlert[],
): Promise<QuietFacts> {
  const silent = alerts.filter(({ condition }) => derivesFromSilence(condition));
  if (silent.length === 0) return { silences, windows, offlineHosts: new Map(), ownFault: null };
  const hosts = [...new Set(silent.flatMap(({ hostId }) => (hostId === null ? [] : [hostId])))];
  const offline = await client.query<{ id: string; name: string }>(
    `SELECT DISTINCT ON (a.host_id) a.host_id AS id, coalesce(a.facts->>'hostName', '') AS name FROM alert a
     WHERE a.host_id = ANY($1::uuid[]) AND a.state IN ('firing', 'acked') AND a.facts->>'condition' = 'hostOffline'`,
    [hosts],
  );
  const own = await client.query<{ part: string; text: string }>(
    `SELECT what AS part, reason->>'text' AS text FROM alert WHERE policy = 'system' AND state IN ('firing', 'acked') ORDER BY since`,
  );
  return {
    silences,
    windows,
    offlineHosts: new Map(offline.rows.map(({ id, name }) => [id, name])),
    ownFault: own.rows.find(({ part }) => isOwnFault(part)) ?? null,
  };
}
