import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import type { Response } from '@carillon/contract/http/route';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import type { Cell } from '../lib/table.js';
import { localTime } from '../lib/times.js';

type Rollout = Response<typeof rolloutRoutes.list>['items'][number];

interface RolloutsOptions extends ListOptions {
  readonly past?: boolean | undefined;
  readonly job?: string | undefined;
}

interface Why {
  readonly reason: string;
}

/** `carillon rollouts [halt|resume|rollback JOB]`. */
export function addRollouts(program: Command, cli: Cli): void {
  const command = program
    .command('rollouts')
    .description('new versions of jobs on their way to their hosts, ring by ring')
    .option('--past', 'those that are over too')
    .option('--job <name>', 'of this job, those that are over too');
  handle(addListOptions(command), cli, async (session: Session, { past, job, ...options }: RolloutsOptions) => {
    const query = {
      ...(past || job !== undefined ? {} : { underWay: 'true' as const }),
      ...(job === undefined ? {} : { job }),
    };
    const items = await collectPages(options, (page) => session.call(rolloutRoutes.list, { ...query, ...page }));
    if (session.json) session.printJson(items);
    else if (items.length === 0)
      session.print(past || job !== undefined ? 'there was no rollout' : 'no rollout is under way');
    else
      session.table(
        ['JOB', 'VERSION', 'STATE', 'RING', 'HOSTS', 'RUNS', 'SINCE', 'WHY'],
        items.map((rollout) => [
          rollout.job,
          versionsText(rollout),
          stateOf(rollout),
          `${rollout.open}/${rollout.rings.length} (${rollout.rings[rollout.open - 1]?.ring ?? ''})`,
          hostsText(rollout),
          rollout.health.runs === 0 ? '-' : `${rollout.health.runs}, ${rollout.health.badRuns} bad`,
          localTime(rollout.openedAt),
          rollout.reason?.text ?? '-',
        ]),
      );
  });

  const act = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .argument('<job>', 'name of the job')
      .requiredOption('--reason <text>', 'why, for the audit');
  handle(
    act('halt', 'stop where it is: no further hosts get the version'),
    cli,
    async (session: Session, why: Why, name: string) => {
      tell(session, await session.call(rolloutRoutes.halt, { name, body: { reason: why.reason } }), 'halted');
    },
  );
  handle(
    act('resume', 'go on with a halted rollout, after another soak'),
    cli,
    async (session: Session, why: Why, name: string) => {
      tell(session, await session.call(rolloutRoutes.resume, { name, body: { reason: why.reason } }), 'goes on');
    },
  );
  handle(
    act('rollback', 'give all hosts what they had before, as a new version, at once'),
    cli,
    async (session: Session, why: Why, name: string) => {
      const done = await session.call(rolloutRoutes.rollBack, { name, body: { reason: why.reason } });
      if (session.json) return session.printJson(done);
      const { job, version, sameAs, hosts } = done;
      session.print(`job ${safeText(job)} v${version} says what v${sameAs} said, for ${countOf(hosts, 'host')}`);
      return undefined;
    },
  );
}

function tell(session: Session, rollout: Rollout, what: string): void {
  if (session.json) {
    session.printJson(rollout);
    return;
  }
  const { job, version, open, rings } = rollout;
  session.print(
    `rollout of ${safeText(job)} v${version} ${what} at ring ${open} of ${rings.length} (${hostsText(rollout)})`,
  );
}

function versionsText({ version, baseVersion }: Rollout): string {
  return `${baseVersion === null ? 'none' : `v${baseVersion}`} -> v${version}`;
}

/** Hosts of the open rings that have it. */
function hostsText({ health: { applied, hosts, failed } }: Rollout): string {
  return `${applied}/${hosts} applied${failed > 0 ? `, ${failed} failed` : ''}`;
}

function stateOf({ state }: Rollout): Cell {
  const colour = state === 'halted' ? 'red' : state === 'running' ? 'yellow' : state === 'done' ? 'green' : undefined;
  return { text: state, colour };
}
