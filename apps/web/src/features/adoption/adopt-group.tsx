import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { stringify } from 'yaml';
import { FrozenFailure } from '../../components/frozen-failure.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call, query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';
import { AdoptionProgress } from './adoption-progress.js';

type Plan = Response<typeof inventoryRoutes.plan>;

/**
 * What would be registered, what would be different afterwards, what stays; then the act and how far it is.
 * @param isAdopted nothing is left to adopt: only who has just done so is still told of it
 */
export function AdoptGroup({ id, isAdopted }: { id: string; isAdopted: boolean }) {
  const { t } = useWords();
  const client = useQueryClient();
  const may = useMay('job.write');
  const plan = useQuery({
    ...query(inventoryRoutes.plan, { body: { what: id } }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: !isAdopted,
  });
  const adopt = useOnce({
    mutationFn: ({ jobs, ...why }: { jobs: Plan['jobs']; overrideFreeze?: string }) =>
      call(jobRoutes.apply, { body: { documents: jobs.map(({ document }) => document), ...why } }),
    onSuccess: () => client.invalidateQueries({ queryKey: [inventoryRoutes.group.path] }),
  });
  if (isAdopted && !adopt.data) return null;
  return (
    <Section title={t(adopt.data ? 'adoption.progress' : 'adoption.preview')}>
      {adopt.data ? (
        <AdoptionProgress jobs={adopt.data.results.map(({ name }) => name)} />
      ) : (
        <Loaded query={plan}>
          {(found) => (
            <Stack>
              <Planned plan={found} />
              {adopt.isError && (
                <FrozenFailure
                  error={adopt.error}
                  isPending={adopt.isPending}
                  onOverride={(overrideFreeze) => adopt.mutate({ jobs: found.jobs, overrideFreeze })}
                />
              )}
              {may && found.jobs.length > 0 && (
                <Group>
                  <Button loading={adopt.isPending} onClick={() => adopt.mutate({ jobs: found.jobs })}>
                    {t('adoption.confirm', { count: found.jobs.length })}
                  </Button>
                  <Text size="sm" c="dimmed">
                    {t('adoption.withdraw')}
                  </Text>
                </Group>
              )}
            </Stack>
          )}
        </Loaded>
      )}
    </Section>
  );
}

function Planned({ plan: { jobs, refused } }: { plan: Plan }) {
  const { t } = useWords();
  const { aboutTask } = useServerText();
  return (
    <>
      {jobs.length === 0 && <Text size="sm">{t('adoption.nothing')}</Text>}
      {jobs.map(({ document, hosts, notes }) => (
        <Stack key={String(document.name)} gap="xs">
          <Text fw={600}>{t('adoption.job', { name: String(document.name), count: hosts.length })}</Text>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
          <pre className="output" style={{ margin: 0, maxHeight: 280 }} tabIndex={0}>
            {stringify(document, { lineWidth: 0 })}
          </pre>
          {notes.length > 0 && (
            <Alert color="yellow" variant="light" title={t('adoption.notes')}>
              <List size="sm">
                {notes.map(({ code, message }) => (
                  <List.Item key={`${code} ${message}`}>{aboutTask(message)}</List.Item>
                ))}
              </List>
            </Alert>
          )}
        </Stack>
      ))}
      {refused.length > 0 && (
        <Alert color="orange" variant="light" title={`${t('adoption.refused')}: ${refused.length}`}>
          <List size="sm">
            {refused.slice(0, 20).map(({ host, path, problems }) => (
              <List.Item key={`${host} ${path}`}>
                {host} {path}: {problems.map(({ message }) => aboutTask(message)).join('; ')}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}
