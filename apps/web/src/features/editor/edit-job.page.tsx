import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Alert, Badge, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { JobLink } from '../../components/links.js';
import { Loaded } from '../../components/loaded.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { type Suggested, withSuggestion } from './schedule-yaml.js';
import { storedFile } from './stored-file.js';
import { useDraft } from './use-draft.js';
import { Workbench } from './workbench.js';

type Job = Response<typeof jobRoutes.get>;
type Version = Response<typeof jobRoutes.version>;

/** A stored job, with what the address suggests for it. */
export function EditJobPage() {
  const { name } = useParams({ from: '/signed-in/jobs/$name/edit' });
  const { t } = useWords();
  useTitle(t('editor.edit', { name }));
  const job = useQuery(query(jobRoutes.get, { name }, 15_000));
  const { bring, ...suggested } = useSearch({ from: '/signed-in/jobs/$name/edit' });
  const brought = useQuery({
    ...query(jobRoutes.version, { name, version: bring ?? 1 }),
    enabled: bring !== undefined,
  });
  const edit = (data: Job, earlier?: Version) => (
    <EditJob key={`${data.id} ${bring}`} job={data} suggested={suggested} earlier={earlier} />
  );
  return (
    <Loaded query={job}>
      {(data) =>
        bring === undefined ? edit(data) : <Loaded query={brought}>{(earlier) => edit(data, earlier)}</Loaded>
      }
    </Loaded>
  );
}

interface Props {
  readonly job: Job;
  readonly suggested: Suggested;
  /** A version that is to be brought back. */
  readonly earlier: Version | undefined;
}

function EditJob({ job, suggested, earlier }: Props) {
  const { t } = useWords();
  // What the edit began from stays what it was; `job` goes on as others store it.
  const [from] = useState(() => ({ name: job.name, version: job.version, text: storedFile(job) }));
  const [text] = useState(() => (earlier ? storedFile(earlier) : withSuggestion(from.text, suggested)));
  const draft = useDraft(from, text);
  const isSuggested = Object.values(suggested).some((value) => value !== undefined);
  return (
    <Stack>
      <Group gap="sm">
        <Title order={1}>{t('editor.edit', { name: job.name })}</Title>
        <Badge variant="default" tt="none">
          v{draft.base.version}
        </Badge>
        <JobLink name={job.name} />
      </Group>
      {job.source === null && (
        <Text size="sm" c="dimmed">
          {t('editor.noSource')}
        </Text>
      )}
      {earlier && (
        <Alert color="blue" role="status">
          {t(text === from.text ? 'editor.broughtSame' : 'editor.brought', { n: earlier.version })}
        </Alert>
      )}
      {isSuggested && !earlier && (
        <Alert color="blue" role="status">
          {t(text === from.text ? 'editor.notSuggested' : 'editor.suggested')}
        </Alert>
      )}
      <Workbench draft={draft} newest={job.version} />
    </Stack>
  );
}
