import { setTimeout as wait } from 'node:timers/promises';
import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { ApiFailure } from '@carillon/contract/http/client';
import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { StackDatabase } from '@carillon/stack/stack-database';
import { stringify } from 'yaml';
import { joinToken, type Place } from '../fleet/place.js';
import { alertDocuments, signingSecret, silenceOf } from './demo-alerts.js';
import type { PlannedHost } from './demo-hosts.js';
import { cast, type DemoJob } from './demo-job.js';
import { demoJobs } from './demo-jobs.js';
import { addPeople } from './demo-people.js';
import type { DemoProcess } from './demo-process.js';
import { startDemoRollout } from './demo-rollout.js';
import { failedRunsOf, goodRunsOf, openStories, pastStories, type Story } from './demo-stories.js';
import { startUpgrade } from './demo-upgrade.js';
import { answeredBy, makeRoomForPast, moveIncident, seedPast } from './seed-past.js';

export interface DemoWorld {
  readonly place: Place;
  readonly database: StackDatabase;
  readonly fleet: DemoProcess;
  readonly hosts: readonly PlannedHost[];
  readonly sinkUrl: string;
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

export const pastDays = 7;
/** The line of the site that is gone went down so long ago. */
const goneHours = 5;
const hourMs = 3_600_000;
const lookMs = 250;
const appliedWithinMs = 120_000;
const incidentWithinMs = 30_000;

/** One token for each set of labels: labels come with the token, as for real hosts. */
export async function tokensOf(place: Place, hosts: readonly PlannedHost[]): Promise<Map<string, string>> {
  const sets = new Map<string, PlannedHost[]>();
  for (const host of hosts) {
    const key = JSON.stringify(host.labels);
    sets.set(key, [...(sets.get(key) ?? []), host]);
  }
  const tokens = new Map<string, string>();
  for (const group of sets.values()) {
    const labels = { ...group[0]?.labels };
    const { token } = await joinToken(place, { uses: group.length, expiresInMinutes: 60, labels });
    for (const { name } of group) tokens.set(name, token);
  }
  return tokens;
}

/** Since when a host of the site that is gone is not seen; null for others. */
export function goneSince({ isGone }: PlannedHost, nowMs: number): number | null {
  return isGone ? nowMs - goneHours * hourMs : null;
}

/** Gives joined hosts their jobs, a week of past, incidents and all else that a newcomer should find. */
export async function fillDemo(world: DemoWorld): Promise<void> {
  const { place, database, fleet, hosts, signal, onProgress } = world;
  const nowMs = Date.now();

  // 1. Jobs, without policies at first: a past that is told all at once is no reason for alarms.
  await makeRoomForPast(database, pastDays);
  const jobs = demoJobs
    .filter(({ file }) => isForSome(file, hosts))
    .map((job) => ({ ...job, file: fitted(job.file, hosts) }));
  await applyAll(place, [...groups, ...calendars, ...jobs.map(({ file }) => file)]);
  onProgress(`${jobs.length} jobs are on their way to ${hosts.length} hosts`);
  await untilApplied(world);

  // 2. What hosts did in the last days while nobody listened, through the gateway.
  const startedMs = Date.now();
  await fleet.order({ kind: 'past', fromMs: nowMs - pastDays * 24 * hourMs }, signal, (report) => {
    if (report.kind === 'told' && (report.hosts % 50 === 0 || report.hosts === hosts.length))
      onProgress(`the last ${pastDays} days: ${report.runs} runs of ${report.hosts} of ${hosts.length} hosts`);
  });
  onProgress(`they were taken in ${Math.round((Date.now() - startedMs) / 1_000)} s; now what else belongs to it`);
  await seedPast(database, hosts, { days: pastDays, goneMs: nowMs - goneHours * hourMs });

  // 3. From here on somebody is told.
  await place.call(channelRoutes.setSecret, {
    body: { name: signingSecret, value: `demo-${Math.random()}-signing-secret` },
  });
  const watched = jobs.filter(({ alerts }) => alerts.length > 0);
  await applyAll(place, [...alertDocuments(world.sinkUrl, 'past'), ...watched.map(withAlerts)]);
  await untilApplied(world);
  await startUpgrade(place, nowMs);
  const there = new Set(hosts.filter(({ isGone }) => !isGone).map(({ name }) => name));
  const past = pastStories.flatMap((story) => withHosts(story, there));
  await tellPast(world, past, nowMs);
  await applyAll(place, alertDocuments(world.sinkUrl, 'now'));
  if (there.has(cast.share)) await applyAll(place, [silenceOf(cast.share, nowMs)]);
  const open = openStories.flatMap((story) => withHosts(story, there));
  await fleet.order({ kind: 'tell', runs: open.flatMap((story) => failedRunsOf(story, nowMs)) }, signal);
  await Promise.all(open.map((story) => answer(world, story)));
  await addPeople(place, hosts, world.sinkUrl, nowMs);
  await tamper(world, there);
  await startDemoRollout(place, jobs);
}

const groups = [
  { kind: 'HostGroup', name: 'europe-prod', labels: { region: 'emea', env: 'prod' } },
  { kind: 'HostGroup', name: 'china', labels: { region: 'apac' } },
  { kind: 'HostGroup', name: 'databases', labels: { role: 'db' } },
];

const calendars = [
  {
    kind: 'Calendar',
    name: 'german-holidays',
    description: 'Public holidays of all of Germany; finance does not post on them',
    days: ['01-01', '05-01', '10-03', '12-25..12-26', '2027-03-26', '2027-03-29', '2027-05-06', '2027-05-17'],
  },
  {
    kind: 'Calendar',
    name: 'quarter-end',
    description: 'Last days of the quarters',
    days: ['03-29..03-31', '06-28..06-30', '09-28..09-30', '12-29..12-31'],
  },
];

function withAlerts({ file, alerts }: DemoJob): DemoJob['file'] {
  return { ...file, alerts };
}

/** In a small fleet some of the named hosts are missing. */
function fitted(file: DemoJob['file'], hosts: readonly PlannedHost[]): DemoJob['file'] {
  const named = (file.targets as { hosts?: string[] }).hosts;
  return named
    ? { ...file, targets: { hosts: named.filter((name) => hosts.some((host) => host.name === name)) } }
    : file;
}

function isForSome(file: DemoJob['file'], hosts: readonly PlannedHost[]): boolean {
  const {
    all,
    labels,
    hosts: named,
  } = file.targets as { all?: true; labels?: Record<string, string>; hosts?: string[] };
  return hosts.some(
    (host) =>
      all ||
      named?.includes(host.name) ||
      (labels && Object.entries(labels).every(([key, value]) => host.labels[key] === value)),
  );
}

function withHosts(story: Story, there: ReadonlySet<string>): Story[] {
  const hosts = story.hosts.filter((name) => there.has(name));
  return hosts.length > 0 ? [{ ...story, hosts }] : [];
}

async function applyAll(place: Place, documents: readonly unknown[]): Promise<void> {
  await place.call(jobRoutes.apply, { body: { documents: [...documents], sources: documents.map(writtenFile) } });
}

/** A job's file as a team keeps it, with a word above it; null: not a job. */
function writtenFile(document: unknown): string | null {
  const { kind, owner = 'ops' } = document as { kind: string; owner?: string };
  if (kind !== 'Job') return null;
  return `# Ask ${owner} before you change this.\n${stringify(document, { lineWidth: 0 })}`;
}

/** Until every host has what it should have. @throws Error when that takes too long */
async function untilApplied({ database, signal }: DemoWorld): Promise<void> {
  const deadline = Date.now() + appliedWithinMs;
  for (;;) {
    const [row] = await database.rows<{ waiting: number; all: number }>(
      `SELECT count(*) FILTER (WHERE a.state IN ('desired', 'delivered') AND a.held_version IS NULL)::int AS waiting, count(*)::int AS "all"
       FROM assignment a JOIN agent_session s ON s.host_id = a.host_id AND s.gateway_id IS NOT NULL`,
    );
    if (row && row.all > 0 && row.waiting === 0) return;
    if (Date.now() > deadline) throw new Error(`${row?.waiting} definitions did not reach their hosts`);
    await wait(lookMs, undefined, { signal });
  }
}

/** The open incident of a job; undefined when none comes, which a policy of the demo may be to blame for. */
async function incidentOf({ place, signal }: DemoWorld, job: string): Promise<number | undefined> {
  for (const deadline = Date.now() + incidentWithinMs; Date.now() < deadline; ) {
    const { items } = await place.call(incidentRoutes.list, { job, limit: 10 });
    const open = items.find(({ state }) => state !== 'resolved');
    if (open) return open.number;
    await wait(lookMs, undefined, { signal });
  }
  return undefined;
}

async function answer(world: DemoWorld, story: Story): Promise<number | undefined> {
  const number = await incidentOf(world, story.job);
  if (number === undefined || !story.answer) return number;
  const { by, note } = story.answer;
  await world.place.call(incidentRoutes.acknowledge, { number, body: { note } });
  await world.place.call(incidentRoutes.assign, { number, body: { assignee: by } });
  await answeredBy(world.database, number, by);
  return number;
}

/** Opened, answered and resolved by the engine now, then moved to when its runs were. */
async function tellPast(world: DemoWorld, stories: readonly Story[], nowMs: number): Promise<void> {
  const { fleet, place, database, signal } = world;
  await fleet.order({ kind: 'tell', runs: stories.flatMap((story) => failedRunsOf(story, nowMs)) }, signal);
  const numbers = new Map<Story, number>();
  // All at once: each incident comes when the engine gets to it.
  const answered = await Promise.all(stories.map(async (story) => [story, await answer(world, story)] as const));
  for (const [story, number] of answered) if (number !== undefined) numbers.set(story, number);
  await untilTold(world, [...numbers.values()]);
  await fleet.order({ kind: 'tell', runs: stories.flatMap((story) => goodRunsOf(story, nowMs)) }, signal);
  // Good runs resolve most of them; the rest is declared over.
  for (const number of numbers.values()) {
    if ((await place.call(incidentRoutes.get, { number })).state === 'resolved') continue;
    await place.call(incidentRoutes.resolve, { number, body: {} }).catch((error: unknown) => {
      if (!(error instanceof ApiFailure) || error.status !== 409) throw error;
    });
  }
  await untilTold(world, [...numbers.values()]);
  for (const [{ agoHours, tookHours = 1 }, number] of numbers) {
    const beganMs = nowMs - agoHours * hourMs + 200_000;
    await moveIncident(database, number, { beganMs, endedMs: beganMs + tookHours * hourMs });
  }
}

/** Until what is to be told of these incidents was sent or given up. */
async function untilTold({ database, signal }: DemoWorld, numbers: readonly number[]): Promise<void> {
  for (const deadline = Date.now() + incidentWithinMs; Date.now() < deadline; ) {
    const [row] = await database.rows<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM notice n JOIN incident i ON i.id = n.incident_id
       WHERE i.number = ANY($1::bigint[]) AND n.sent_at IS NULL AND n.next_at IS NOT NULL`,
      [numbers],
    );
    if (row?.waiting === 0) return;
    await wait(lookMs, undefined, { signal });
  }
}

/** Somebody moved a start by hand, where edits stay; somebody else switched a task off, which the agent put right. */
async function tamper({ fleet, signal }: DemoWorld, there: ReadonlySet<string>): Promise<void> {
  const atMs = Date.now() - 40 * 60_000;
  if (there.has(cast.drift))
    await fleet.order(
      {
        ...{ kind: 'tamper', host: cast.drift, job: 'cdn-cache-warm', account: 'CORP\\m.weber', atMs },
        how: { replace: 'T05:15:00', by: 'T06:45:00' },
      },
      signal,
    );
  await fleet.order(
    { kind: 'tamper', host: cast.payment, job: 'log-cleanup', account: 'CORP\\k.lehmann', how: 'disable', atMs },
    signal,
  );
}
