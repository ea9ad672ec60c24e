import { readFileSync } from 'node:fs';
import { callRoute } from '@carillon/contract/http/client';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Request, Response, Route } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import type { DataFolder } from '@carillon/stack/data-folder';
import { openStackDatabase } from '@carillon/stack/stack-database';
import type { PrivateStack } from '../bench/private-stack.js';
import { collectPages } from '../lib/pages.js';
import type { Session } from '../lib/session.js';
import type { RecordedRun } from './compare.js';

/** Where simulated hosts work: a server that somebody else runs, or a private one. */
export interface Place {
  readonly url: string;
  readonly joiningAtOnce: number;
  /** Goes afterwards with all that was made in it. */
  readonly isPrivate: boolean;
  call<R extends Route>(route: R, request: Request<R>): Promise<Response<R>>;
  /** Every run of these jobs. */
  recordedRuns(jobs: readonly string[]): Promise<RecordedRun[]>;
}

/** More at once would only meet a server's limit of unauthenticated sockets per address, which is 20. */
const politeJoins = 10;
/** A private server is told to let all hosts come from the loopback. */
const privateJoins = 64;
const callTimeoutMs = 60_000;

/** How a private server lets a whole fleet come from one address, as a site behind one address would have it. */
export const fleetEnvironment = {
  CARILLON_UNKNOWN_SOCKETS_PER_ADDRESS: '10000',
  LOG_LEVEL: 'warn',
};

export function placeOf(session: Session): Place {
  return {
    url: session.connection().url,
    joiningAtOnce: politeJoins,
    isPrivate: false,
    call: (route, request) => session.call(route, request),
    recordedRuns: (jobs) => runsByApi(session, jobs),
  };
}

export function privatePlace({ url, folder }: PrivateStack): Place {
  return {
    url,
    joiningAtOnce: privateJoins,
    isPrivate: true,
    call: async <R extends Route>(route: R, request: Request<R>) => {
      const token = readFileSync(folder.adminTokenFile, 'utf8').trim();
      const signal = AbortSignal.timeout(callTimeoutMs);
      return (await callRoute({ baseUrl: url, token, signal }, route, request)) as Response<R>;
    },
    recordedRuns: (jobs) => runsInDatabase(folder, jobs),
  };
}

/** A token with which so many hosts may join; not longer than needed. */
export async function joinToken(
  place: Place,
  body: { uses: number; expiresInMinutes: number; labels: Record<string, string> },
): Promise<{ readonly id: string; readonly token: string }> {
  return place.call(hostRoutes.createToken, { body });
}

export async function applyJobs(place: Place, documents: readonly unknown[]): Promise<void> {
  await place.call(jobRoutes.apply, { body: { documents: [...documents] } });
}

async function runsByApi(session: Session, jobs: readonly string[]): Promise<RecordedRun[]> {
  const all = [];
  for (const job of jobs)
    all.push(
      ...(await collectPages({ limit: 0, all: true }, (page) => session.call(runRoutes.list, { job, ...page }))),
    );
  return all.map(({ id, host, state, exitCode, startedAt, finishedAt }) => ({
    id,
    host,
    state,
    exitCode,
    startedAt,
    finishedAt,
    stdoutSha256: null,
  }));
}

async function runsInDatabase(folder: DataFolder, jobs: readonly string[]): Promise<RecordedRun[]> {
  const database = await openStackDatabase(folder);
  try {
    const rows = await database.rows<
      Record<keyof RecordedRun, string | null> & { startedAt: Date; finishedAt: Date | null }
    >(
      `SELECT r.id, h.name AS host, r.state, r.exit_code AS "exitCode", r.started_at AS "startedAt",
         r.finished_at AS "finishedAt", encode(r.stdout_sha256, 'hex') AS "stdoutSha256"
       FROM run r JOIN host h ON h.id = r.host_id JOIN job j ON j.id = r.job_id WHERE j.name = ANY($1)`,
      [jobs],
    );
    return rows.map((row) => ({
      id: row.id ?? '',
      host: row.host ?? '',
      state: row.state ?? '',
      exitCode: row.exitCode === null ? null : Number(row.exitCode),
      startedAt: row.startedAt.toISOString(),
      finishedAt: row.finishedAt?.toISOString() ?? null,
      stdoutSha256: row.stdoutSha256,
    }));
  } finally {
    await database.close();
  }
}
