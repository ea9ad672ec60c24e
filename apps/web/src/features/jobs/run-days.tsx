import { runRoutes } from '@carillon/contract/http/runs.routes';
import { isBadRun, type RunState } from '@carillon/core/state/states';
import { useQuery } from '@tanstack/react-query';
import { type Bar, Bars } from '../../components/bars.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { localTime } from '../../lib/times.js';
import { useNow } from '../../lib/use-now.js';

const days = 30;
const minuteMs = 60_000;

/** The beginning of the reader's day so many days ago; clock changes make days of other lengths. */
export function dayStart(nowMs: number, daysAgo: number): Date {
  const day = new Date(nowMs);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysAgo);
  return day;
}

/** Runs of a job by the reader's days, those that went badly apart. */
export function RunDays({ job }: { job: string }) {
  const { t } = useWords();
  const nowMs = useNow(minuteMs);
  const starts = Array.from({ length: days }, (_, index) => dayStart(nowMs, days - 1 - index));
  const from = starts[0]?.toISOString() ?? '';
  const hours = useQuery(query(runRoutes.hours, { job, from }, minuteMs));
  return (
    <Section title={t('job.runsByDay')}>
      <Loaded query={hours}>
        {({ items }) => {
          const bars = starts.map((start, index) => {
            const end = starts[index + 1] ?? dayStart(nowMs, -1);
            const own = items.filter(({ hour }) => isWithin(Date.parse(hour), start, end));
            const value = own.reduce((sum, { total }) => sum + total, 0);
            const bad = own.reduce((sum, { states }) => sum + badOf(states), 0);
            const day = localTime(start.toISOString()).slice(0, 10);
            const title = `${day} · ${t('now.runs', { count: value, bad })}`;
            const search = { job, since: start.toISOString(), until: end.toISOString() };
            return { key: day, value, bad, title, link: { to: '/runs', search } } satisfies Bar;
          });
          const total = bars.reduce((sum, { value }) => sum + value, 0);
          const bad = bars.reduce((sum, bar) => sum + bar.bad, 0);
          return (
            <Bars
              bars={bars}
              label={t('now.runs', { count: total, bad })}
              from={bars[0]?.key ?? ''}
              to={bars.at(-1)?.key ?? ''}
            />
          );
        }}
      </Loaded>
    </Section>
  );
}

function isWithin(atMs: number, start: Date, end: Date): boolean {
  return atMs >= start.getTime() && atMs < end.getTime();
}

function badOf(states: Partial<Record<RunState, number>>): number {
  return Object.entries(states).reduce((sum, [state, runs]) => sum + (isBadRun(state as RunState) ? runs : 0), 0);
}
