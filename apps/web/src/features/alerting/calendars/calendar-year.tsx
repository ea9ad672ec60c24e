import { comingDays } from '@carillon/core/calendar/coming-days';
import { Text } from '@mantine/core';
import { useWords } from '../../../i18n/index.js';
import { monthsFrom } from './months.js';
import './calendar-year.css';

/** Said beside the picture, for who cannot see it and for who wants to be sure. */
const saidDays = 12;

/** The coming twelve months with the days of a calendar marked. @param days as its file says them */
export function CalendarYear({ days, today }: { days: readonly string[]; today: string }) {
  const { t, language } = useWords();
  const months = monthsFrom(today);
  const first = months[0]?.first ?? today;
  const marked = new Set(comingDays(days, first));
  const coming = [...marked].filter((day) => day >= today);
  const said = (day: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' }).format(new Date(`${day}T00:00Z`));
  const full = (day: string) => said(day, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  return (
    <>
      <Text size="sm" mb="xs">
        {coming.length === 0 ? t('calendars.noneToCome') : t('calendars.inYear', { count: coming.length })}
      </Text>
      <div className="calendar-year" aria-hidden>
        {months.map(({ first: month, offset, days: all }) => (
          <div key={month}>
            <Text size="xs" fw={600}>
              {said(month, { month: 'short', year: 'numeric' })}
            </Text>
            <div>
              {all.map((day, index) => (
                <span
                  key={day}
                  title={marked.has(day) ? full(day) : undefined}
                  data-marked={marked.has(day) || undefined}
                  data-past={day < today || undefined}
                  style={index === 0 ? { gridColumnStart: offset + 1 } : undefined}
                >
                  {index + 1}
                </span>
              ))}
            </div>
          </div>
        ))}
      </div>
      {coming.length > 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          {coming.slice(0, saidDays).map(full).join(' · ')}
          {coming.length > saidDays && ` … ${t('incidents.andMore', { n: coming.length - saidDays })}`}
        </Text>
      )}
    </>
  );
}
