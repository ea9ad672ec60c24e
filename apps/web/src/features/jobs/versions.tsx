import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Accordion, Code, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Failure } from '../../components/failure.js';
import { Placeholder } from '../../components/loaded.js';
import { MoreButton } from '../../components/more-button.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';

type Version = Response<typeof jobRoutes.version>;

/** Every version of a job, newest first. None of them ever changes. */
export function Versions({ job, version }: { job: string; version: number }) {
  const versions = useInfiniteQuery({
    ...pagedQuery(jobRoutes.versions, { name: job }),
    queryKey: ['versions', job, version],
  });
  if (!versions.data) {
    return versions.isError ? (
      <Failure error={versions.error} onRetry={() => void versions.refetch()} />
    ) : (
      <Placeholder />
    );
  }
  return (
    <Stack gap="sm">
      <Accordion variant="contained" defaultValue={String(version)}>
        {versions.data.pages
          .flatMap((page) => page.items)
          .map((item) => (
            <VersionItem key={item.version} version={item} />
          ))}
      </Accordion>
      <MoreButton query={versions} />
    </Stack>
  );
}

function VersionItem({ version: { version, createdAt, author, reason, spec } }: { version: Version }) {
  const { t } = useWords();
  return (
    <Accordion.Item value={String(version)}>
      <Accordion.Control>
        <Group gap="sm">
          <Text fw={600}>v{version}</Text>
          <Text size="sm" c="dimmed">
            <When at={createdAt} /> {t('jobs.by', { author })}
          </Text>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        {reason ? <Text size="sm">{reason}</Text> : null}
        <Code block>{JSON.stringify(spec, null, 2)}</Code>
      </Accordion.Panel>
    </Accordion.Item>
  );
}
