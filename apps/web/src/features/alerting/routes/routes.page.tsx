import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import type { Response } from '@carillon/contract/http/route';
import type { RouteNode, RouteSpec, RouteTarget } from '@carillon/core/alert/documents/route.schema';
import type { Matcher } from '@carillon/core/alert/quiet/matchers';
import { alertSeverities } from '@carillon/core/state/states';
import { Badge, Group, List, Stack, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../../components/empty.js';
import { PagedTable } from '../../../components/paged-table.js';
import { SeverityBadge } from '../../../components/state-badge.js';
import { useWords } from '../../../i18n/index.js';
import { pagedQuery } from '../../../lib/api.js';
import { wholeDuration } from '../../../lib/times.js';
import { useTitle } from '../../../lib/use-title.js';
import { DocumentLink } from '../documents/document-link.js';
import { type Removal, RemoveDocument, Removed, useRemoval } from '../documents/removal.js';
import { ListHead } from '../list-head.js';

type Stored = Response<typeof alertDocumentRoutes.list>['items'][number];

/** Who is told of what, and what happens when nobody answers. */
export function RoutesPage() {
  const { t } = useWords();
  useTitle(t('nav.routes'));
  const routes = useInfiniteQuery(pagedQuery(alertDocumentRoutes.list, { kind: 'Route' }, 30_000));
  const removal = useRemoval('Route');
  return (
    <Stack>
      <ListHead kind="Route" title={t('nav.routes')} text={t('routes.text')} />
      <Removed removal={removal} word={t('alerting.removed')} />
      <PagedTable
        query={routes}
        label={t('nav.routes')}
        csv={{ name: 'routes', route: alertDocumentRoutes.list, request: { kind: 'Route' } }}
        head={[t('common.name'), t('doc.order'), t('doc.match'), t('routes.to'), t('routes.escalate'), '']}
        row={(route) => <Row key={route.name} route={route} removal={removal} />}
        empty={<Empty text={t('routes.none')} command="carillon apply -f examples/alerting/routes.yaml" />}
      />
    </Stack>
  );
}

function Row({ route, removal }: { route: Stored; removal: Removal }) {
  const { t } = useWords();
  // The contract leaves it open; it is what core's reader wrote.
  const spec = route.spec as unknown as RouteSpec;
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <DocumentLink kind="Route" name={route.name} />
        {spec.description !== '' && (
          <Text size="xs" c="dimmed">
            {spec.description}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{spec.order}</Table.Td>
      <Table.Td className="wrap">{matchText(spec.match) || t('routes.everything')}</Table.Td>
      <Table.Td className="wrap" miw={220}>
        <Targets node={spec} />
        {spec.routes.map((branch) => (
          <Group key={JSON.stringify(branch)} gap={6} ml="md" align="start">
            <Text size="sm">↳ {matchText(branch.match) || t('routes.everything')}</Text>
            <Targets node={branch} />
          </Group>
        ))}
      </Table.Td>
      <Table.Td className="wrap" miw={180}>
        {spec.escalate && spec.escalate.length > 0 ? (
          <List size="sm" listStyleType="none">
            {spec.escalate.map(({ waitMs, targets }) => (
              <List.Item key={`${waitMs} ${targets.map(targetText).join()}`}>
                {t('routes.after', { time: wholeDuration(waitMs) })} {targets.map(targetText).join(', ')}
              </List.Item>
            ))}
          </List>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td>
        <RemoveDocument name={route.name} removal={removal} />
      </Table.Td>
    </Table.Tr>
  );
}

function Targets({ node: { to } }: { node: RouteNode }) {
  if (!to) return <Text size="sm">–</Text>;
  return (
    <Stack gap={2}>
      {alertSeverities.map(
        (severity) =>
          to[severity] && (
            <Group key={severity} gap={6}>
              <SeverityBadge severity={severity} />
              {to[severity].map((target) => (
                <Badge key={targetText(target)} variant="default" size="sm" tt="none" fw={400}>
                  {targetText(target)}
                </Badge>
              ))}
            </Group>
          ),
      )}
    </Stack>
  );
}

function targetText(target: RouteTarget): string {
  if ('onCall' in target) return `☎ ${target.onCall}`;
  return target.recipient === null ? target.channel : `${target.channel} (${target.recipient})`;
}

const matchText = (match: readonly Matcher[]): string =>
  match.map(({ label, sign, value }) => `${label}${sign}${value}`).join(' ');
