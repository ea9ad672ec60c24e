import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../components/loaded.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';
import { storedFile } from './stored-file.js';
import { TextChanges } from './text-changes.js';
import type { Draft } from './use-draft.js';

interface ConflictProps {
  readonly draft: Draft;
  readonly job: string;
  /** What is stored now; 0: the job is gone. */
  readonly version: number;
}

/** Somebody else has stored the job meanwhile: what they made of it, how it differs, and from which to go on. */
export function Conflict({ draft, job, version }: ConflictProps) {
  const { t } = useWords();
  const title = t('editor.conflict.title', { name: job });
  if (version === 0)
    return (
      <Alert color="orange" role="alert" title={title}>
        <Text size="sm">{t('editor.conflict.gone')}</Text>
        <Button mt="sm" variant="default" onClick={() => draft.rebase({ name: job, version: 0, text: '' })}>
          {t('editor.conflict.mine')}
        </Button>
      </Alert>
    );
  return (
    <Alert color="orange" role="alert" title={title}>
      <Theirs draft={draft} job={job} version={version} />
    </Alert>
  );
}

function Theirs({ draft, job, version }: ConflictProps) {
  const { t } = useWords();
  const { recordText } = useServerText();
  const theirs = useQuery(query(jobRoutes.version, { name: job, version }));
  return (
    <Loaded query={theirs}>
      {(data) => {
        const text = storedFile(data);
        const base = { name: job, version, text };
        return (
          <Stack gap="sm">
            <Text size="sm">
              v{version}, <When at={data.createdAt} /> {t('jobs.by', { author: data.author })}
              {data.reason ? `: ${recordText(data.reason)}` : ''}
            </Text>
            {draft.base.version > 0 && (
              <TextChanges before={draft.base.text} after={text} label={t('editor.conflict.theirChanges')} />
            )}
            <TextChanges before={text} after={draft.text} label={t('editor.conflict.difference')} />
            <Group>
              <Button variant="default" onClick={() => draft.rebase(base, text)}>
                {t('editor.conflict.theirs')}
              </Button>
              <Button color="orange" onClick={() => draft.rebase(base)}>
                {t('editor.conflict.mine')}
              </Button>
            </Group>
          </Stack>
        );
      }}
    </Loaded>
  );
}
