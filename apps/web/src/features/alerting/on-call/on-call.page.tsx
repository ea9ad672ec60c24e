import { quietRoutes } from '@carillon/contract/http/quiet.routes';
import { Badge, Group, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../../components/empty.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { pagedQuery } from '../../../lib/api.js';
import { useTitle } from '../../../lib/use-title.js';
import { DocumentLink } from '../documents/document-link.js';
import { type Removal, RemoveDocument, Removed, useRemoval } from '../documents/removal.js';
import { ListHead } from '../list-head.js';
import { OverrideForm } from './override-form.js';
import { Overrides } from './overrides.js';
import type { Schedule } from './schedule.js';

type Span = Schedule['duty'][number];

const shownTurns = 4;

/** Who is on duty now and next, and who stands in. */
export function OnCallPage() {
  const { t } = useWords();
  useTitle(t('nav.onCall'));
  const schedules = useInfiniteQuery(pagedQuery(quietRoutes.onCall, {}, 30_000));
  const removal = useRemoval('OnCall');
  return (
    <Stack>
      <ListHead kind="OnCall" title={t('nav.onCall')} text={t('onCall.text')} />
      <Removed removal={removal} word={t('alerting.removed')} />
      <PagedTable
        query={schedules}
        label={t('nav.onCall')}
        csv={{ name: 'on-call', route: quietRoutes.onCall, request: {} }}
        head={[t('common.name'), t('onCall.now'), t('onCall.next'), t('onCall.overrides'), '']}
        row={(schedule) => <Row key={schedule.name} schedule={schedule} removal={removal} />}
        empty={<Empty text={t('onCall.none')} command="carillon apply -f examples/alerting/routes.yaml" />}
      />
    </Stack>
  );
}

function Row({ schedule, removal }: { schedule: Schedule; removal: Removal }) {
  const { name, description, timezone, duty } = schedule;
  const [now, ...next] = duty;
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <DocumentLink kind="OnCall" name={name} />
        <Text size="xs" c="dimmed">
          {description === '' ? timezone : `${description} · ${timezone}`}
        </Text>
      </Table.Td>
      <Table.Td>{now && <Turn span={now} />}</Table.Td>
      <Table.Td>
        <Stack gap={2}>
          {next.slice(0, shownTurns).map((span) => (
            <Next key={span.from} span={span} />
          ))}
          {next.length === 0 && '–'}
        </Stack>
      </Table.Td>
      <Table.Td className="wrap" miw={200}>
        <Overrides schedule={schedule} />
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <OverrideForm schedule={schedule} />
          <RemoveDocument name={name} removal={removal} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function Person({ span: { person, by } }: { span: Span }) {
  const { t } = useWords();
  if (person === null)
    return (
      <Badge color="red" variant="light" size="sm" tt="none">
        {t('onCall.nobody')}
      </Badge>
    );
  return (
    <>
      <b>{person}</b>{' '}
      <Text component="span" size="xs" c="dimmed">
        {by === 'override' ? t('onCall.override') : by}
      </Text>
    </>
  );
}

function Turn({ span }: { span: Span }) {
  const { t } = useWords();
  return (
    <>
      <Person span={span} />
      <Text size="xs" c="dimmed">
        {t('onCall.until')} <When at={span.until} />
      </Text>
    </>
  );
}

function Next({ span }: { span: Span }) {
  return (
    <Text size="sm" component="div">
      <When at={span.from} /> <Person span={span} />
    </Text>
  );
}
