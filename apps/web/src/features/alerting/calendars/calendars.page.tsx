import { calendarRoutes } from '@carillon/contract/http/calendars.routes';
import type { Response } from '@carillon/contract/http/route';
import { Group, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../../components/empty.js';
import { JobLink } from '../../../components/links.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { pagedQuery } from '../../../lib/api.js';
import { useTitle } from '../../../lib/use-title.js';
import { DocumentLink } from '../documents/document-link.js';
import { type Removal, RemoveDocument, Removed, useRemoval } from '../documents/removal.js';
import { ListHead } from '../list-head.js';

type Calendar = Response<typeof calendarRoutes.list>['items'][number];

const shownJobs = 5;

/** Days by name, how many of them are to come, and the jobs that keep to them. */
export function CalendarsPage() {
  const { t } = useWords();
  useTitle(t('nav.calendars'));
  const calendars = useInfiniteQuery(pagedQuery(calendarRoutes.list, {}, 10_000));
  const removal = useRemoval('Calendar');
  return (
    <Stack>
      <ListHead kind="Calendar" title={t('nav.calendars')} text={t('calendars.text')} />
      <Removed removal={removal} word={t('alerting.removed')} />
      <PagedTable
        query={calendars}
        label={t('nav.calendars')}
        csv={{ name: 'calendars', route: calendarRoutes.list, request: {} }}
        head={[t('common.name'), t('calendars.next'), t('calendars.days'), t('nav.jobs'), t('calendars.changed'), '']}
        row={(calendar) => <Row key={calendar.name} calendar={calendar} removal={removal} />}
        empty={<Empty text={t('calendars.none')} command="carillon apply -f examples/calendars/holidays.yaml" />}
      />
    </Stack>
  );
}

function Row({ calendar, removal }: { calendar: Calendar; removal: Removal }) {
  const { t, language } = useWords();
  const { name, description, coming, jobs, jobsTotal, author, updatedAt } = calendar;
  const [next] = coming;
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: 'UTC' });
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <DocumentLink kind="Calendar" name={name} />
        {description !== '' && (
          <Text size="xs" c="dimmed">
            {description}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="wrap">
        {next ? (
          day.format(new Date(`${next}T00:00Z`))
        ) : (
          // A job that keeps to them starts no more, or on days that were to be left out.
          <Text size="sm" c="orange">
            {t('calendars.noneToCome')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{t('calendars.inYear', { count: coming.length })}</Table.Td>
      <Table.Td className="wrap">
        <Group gap={6}>
          {jobs.slice(0, shownJobs).map((job) => (
            <JobLink key={job} name={job} />
          ))}
          {jobsTotal > shownJobs && <Text size="sm">{t('incidents.andMore', { n: jobsTotal - shownJobs })}</Text>}
          {jobsTotal === 0 && '–'}
        </Group>
      </Table.Td>
      <Table.Td className="wrap">
        <When at={updatedAt} />
        {author !== '' && (
          <Text size="xs" c="dimmed">
            {author}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <RemoveDocument name={name} removal={removal} />
      </Table.Td>
    </Table.Tr>
  );
}
