import { quietRoutes } from '@carillon/contract/http/quiet.routes';
import { Badge, Button, Group, Popover, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Empty } from '../../../components/empty.js';
import { PagedTable } from '../../../components/paged-table.js';
import { When } from '../../../components/when.js';
import { useWords } from '../../../i18n/index.js';
import { pagedQuery } from '../../../lib/api.js';
import { useTitle } from '../../../lib/use-title.js';
import { DocumentLink } from '../documents/document-link.js';
import { MutedIncidents } from '../documents/mute-preview.js';
import { type Removal, RemoveDocument, Removed, useRemoval } from '../documents/removal.js';
import { ListHead } from '../list-head.js';
import { EndWindow } from './end-window.js';
import type { QuietTime } from './quiet-time.js';

type Kind = 'Silence' | 'MaintenanceWindow' | 'Freeze';

const pages = {
  Silence: {
    title: 'nav.silences',
    text: 'silences.text',
    none: 'silences.none',
    command: 'carillon silence db-01 --for 2h --reason "storage moves" --preview',
  },
  MaintenanceWindow: {
    title: 'nav.maintenance',
    text: 'maintenance.text',
    none: 'maintenance.none',
    command: 'carillon apply -f examples/alerting/routes.yaml',
  },
  Freeze: {
    title: 'nav.freezes',
    text: 'freezes.text',
    none: 'freezes.none',
    command: 'carillon apply -f examples/changes/freeze.yaml',
  },
} as const;

export const SilencesPage = () => <QuietPage kind="Silence" />;
export const MaintenancePage = () => <QuietPage kind="MaintenanceWindow" />;
export const FreezesPage = () => <QuietPage kind="Freeze" />;

/** Planned quiet: what is active, what it mutes right now and until when. */
function QuietPage({ kind }: { kind: Kind }) {
  const { t } = useWords();
  const { title, text, none, command } = pages[kind];
  useTitle(t(title));
  const times = useInfiniteQuery(pagedQuery(quietRoutes.list, { kind }, 10_000));
  const removal = useRemoval(kind);
  return (
    <Stack>
      <ListHead kind={kind} title={t(title)} text={t(text)} />
      <Removed removal={removal} word={t('quiet.ended')} />
      <PagedTable
        query={times}
        label={t(title)}
        csv={{ name: kind, route: quietRoutes.list, request: { kind } }}
        head={[
          t('common.name'),
          t('common.state'),
          t('quiet.until'),
          t(kind === 'Freeze' ? 'freezes.covers' : 'doc.match'),
          ...(kind === 'Freeze' ? [] : [t('quiet.mutes')]),
          t('quiet.who'),
          '',
        ]}
        row={(time) => <Row key={time.name} kind={kind} time={time} removal={removal} />}
        empty={<Empty text={t(none)} command={command} />}
      />
    </Stack>
  );
}

const colors = { active: 'blue', coming: 'gray', over: 'gray' } as const;

function Row({ kind, time, removal }: { kind: Kind; time: QuietTime; removal: Removal }) {
  const { t } = useWords();
  const { name, state, from, until, match, mutes, by, reason, recurs } = time;
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <DocumentLink kind={kind} name={name} />
        {reason !== '' && (
          <Text size="xs" c="dimmed">
            {reason}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Badge color={colors[state]} variant={state === 'active' ? 'filled' : 'light'} size="sm" tt="none">
          {t(`quiet.${state}`)}
        </Badge>
      </Table.Td>
      <Table.Td>
        {state === 'coming' && from ? (
          <>
            {t('quiet.from')} <When at={from} />
          </>
        ) : until ? (
          <When at={until} />
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td className="wrap mono">{match.length > 0 ? match.join(' ') : t('routes.everything')}</Table.Td>
      {kind !== 'Freeze' && <Table.Td>{mutes ? <Mutes mutes={mutes} /> : '–'}</Table.Td>}
      <Table.Td className="wrap">{by}</Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          {removal.may && state === 'active' && (kind === 'Silence' || (kind === 'MaintenanceWindow' && !recurs)) && (
            <Button
              size="compact-sm"
              variant="default"
              loading={removal.remove.isPending && removal.remove.variables === name}
              onClick={() => removal.remove.mutate(name)}
            >
              {t('quiet.endNow')}
            </Button>
          )}
          {removal.may && state === 'active' && kind === 'MaintenanceWindow' && recurs && <EndWindow time={time} />}
          <RemoveDocument name={name} removal={removal} />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** How much is muted; a click tells what. */
function Mutes({ mutes }: { mutes: NonNullable<QuietTime['mutes']> }) {
  const { t } = useWords();
  const [opened, setOpened] = useState(false);
  if (mutes.alerts === 0) return t('quiet.nothing');
  return (
    <Popover opened={opened} onChange={setOpened} width={360} position="bottom-start" trapFocus>
      <Popover.Target>
        <Button size="compact-sm" variant="light" onClick={() => setOpened((is) => !is)}>
          {t('quiet.muting', { count: mutes.alerts })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <MutedIncidents muted={mutes} />
      </Popover.Dropdown>
    </Popover>
  );
}
