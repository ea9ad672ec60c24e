import { calendarRoutes } from '@carillon/contract/http/calendars.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

/** `carillon calendars`. */
export function addCalendars(program: Command, cli: Cli): void {
  const command = program.command('calendars').description('days by name, and the jobs that keep to them');
  handle(addListOptions(command), cli, async (session: Session, options: ListOptions) => {
    const calendars = await collectPages(options, (page) => session.call(calendarRoutes.list, page));
    if (session.json) return session.printJson(calendars);
    if (calendars.length === 0) return session.print('no calendars yet; examples/calendars has one to apply');
    session.table(
      ['CALENDAR', 'NEXT', 'IN A YEAR', 'JOBS'],
      calendars.map(({ name, coming, jobs, jobsTotal }) => {
        const [next] = coming;
        const more = jobsTotal > jobs.length ? ` and ${jobsTotal - jobs.length} more` : '';
        const named = jobsTotal === 0 ? '-' : `${jobs.join(', ')}${more}`;
        // A job that keeps to it starts no more, or on days that it should not.
        return [name, next ?? { text: 'no day to come', colour: 'yellow' as const }, String(coming.length), named];
      }),
    );
    return undefined;
  });
}
