import { sessionRoutes } from '@carillon/contract/http/session.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { exitCodes } from '../lib/errors.js';
import { runHeader, runRow } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import { type Session, unreachable } from '../lib/session.js';
import { localTime } from '../lib/times.js';

const readyTimeoutMs = 10_000;

/** `carillon status`. */
export function addStatus(program: Command, cli: Cli): void {
  const command = program
    .command('status')
    .description('the state of everything in numbers; exit code 1 when the server is not ready');
  handle(command, cli, async (session: Session) => {
    const { url } = session.connection();
    const { ready, readyz } = await askReady(url);
    const overview = await session.call(sessionRoutes.overview, {});
    if (session.json) session.printJson({ url, ready, readyz, overview });
    else show(session, url, ready, overview);
    return ready ? exitCodes.ok : exitCodes.failed;
  });
}

type Overview = Awaited<ReturnType<typeof getOverview>>;
const getOverview = (session: Session) => session.call(sessionRoutes.overview, {});

function show(
  session: Session,
  url: string,
  ready: boolean,
  { at, version, hosts, jobs, assignments, runs, recentBad, alertPath, auditTargets = [] }: Overview,
): void {
  session.fields([
    ['server', `${url}, version ${version}, ${localTime(at)}`],
    ['ready', ready ? { text: 'yes', colour: 'green' } : { text: 'no', colour: 'red' }],
    [
      'hosts',
      `${hosts.total}: ${hosts.online} online, ${hosts.lagging} lagging, ${hosts.offline} offline; ${hosts.inSync} in sync`,
    ],
    ['jobs', `${jobs.total}: ${jobs.enabled} enabled`],
    [
      'assignments',
      `${assignments.total}: ${assignments.applied} applied, ${assignments.pending} pending, ${assignments.failed} failed`,
    ],
    [
      'runs, 24 h',
      `${runs.total}: ${runs.succeeded} succeeded, ${runs.warning} warning, ${runs.bad} bad, ${runs.running} running`,
    ],
    ...(alertPath ? [['alerts', alertPathText(alertPath)] as const] : []),
    ...auditTargets.map((each) => [`audit to ${each.target}`, auditTargetText(each)] as const),
  ]);
  if (recentBad.length === 0) return;
  session.print('');
  session.table(runHeader, recentBad.map(runRow));
}

function alertPathText({ lastSuccessAt, tookMs, silentSince }: NonNullable<Overview['alertPath']>) {
  if (silentSince)
    return { text: `test failures have not come through since ${localTime(silentSince)}`, colour: 'red' as const };
  if (!lastSuccessAt) return 'the first test failure is on its way';
  return `a test failure came through in ${tookMs} ms, ${localTime(lastSuccessAt)}`;
}

function auditTargetText({ waiting, oldestAt, lateSince, fault }: NonNullable<Overview['auditTargets']>[number]) {
  const rows = `${waiting} rows wait${oldestAt ? `, the oldest of ${localTime(oldestAt)}` : ''}`;
  const why = fault ? `: ${safeText(fault)}` : '';
  if (lateSince)
    return {
      text: `nothing has gone there since before ${localTime(lateSince)}; ${rows}${why}`,
      colour: 'red' as const,
    };
  return waiting === 0 ? 'all rows are there' : `${rows}${why}`;
}

/** `/readyz` is for load balancers: outside the API, and needs no token. */
async function askReady(url: string): Promise<{ ready: boolean; readyz: unknown }> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(readyTimeoutMs) }).catch(
    (error: unknown) => {
      throw unreachable(error, url);
    },
  );
  return { ready: answer.ok, readyz: await answer.json().catch(() => null) };
}
