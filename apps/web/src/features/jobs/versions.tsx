import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Accordion, Code, Group, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';

/** Every version of a job, newest first. None of them ever changes. */
export function Versions({ job, version }: { job: string; version: number }) {
  const { t } = useWords();
  const versions = useInfiniteQuery({
    ...pagedQuery(jobRoutes.versions, { name: job }),
    queryKey: ['versions', job, version],
  });
  if (!versions.data) return versions.isError ? <Failure error={versions.error} /> : <Placeholder />;
  return (
    <Accordion variant="contained" defaultValue={String(version)}>
      {versions.data.pages
        .flatMap((page) => page.items)
        .map((item) => (
          <Accordion.Item key={item.version} value={String(item.version)}>
            <Accordion.Control>
              <Group gap="sm">
                <Text fw={600}>v{item.version}</Text>
                <Text size="sm" c="dimmed">
                  <When at={item.createdAt} /> {t('jobs.by', { author: item.author })}
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Code block>{JSON.stringify(item.spec, null, 2)}</Code>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
    </Accordion>
  );
}
