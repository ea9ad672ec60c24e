import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { call } from '../../lib/api.js';

/** Stores what is in the editor: first what would change and on how many hosts, then the change itself. */
export function ApplyJob({ document }: { document: unknown }) {
  const { t } = useWords();
  const [allowNoHosts, setAllowNoHosts] = useState(false);
  const navigate = useNavigate();
  const client = useQueryClient();
  const apply = (dryRun: boolean, asked: unknown) =>
    call(jobRoutes.apply, { body: { documents: [asked], dryRun, allowNoHosts } });
  const plan = useMutation({ mutationFn: (asked: unknown) => apply(true, asked) });
  const save = useMutation({
    mutationFn: (asked: unknown) => apply(false, asked),
    onSuccess: async ({ results }) => {
      await client.invalidateQueries();
      const [result] = results;
      if (result?.kind === 'Job') await navigate({ to: '/jobs/$name', params: { name: result.name } });
    },
  });
  // A plan is good only for what it was asked about. The buttons stay in place over edits: leaving a field by a click
  // on one of them changes the document between press and release, and a new button would not see the click.
  const [result] = (plan.variables === document && plan.data?.results) || [];
  const error = (save.variables === document && save.error) || (plan.variables === document && plan.error);
  return (
    <Section title={t('editor.save')}>
      <Stack gap="sm">
        <Checkbox
          label={t('editor.allowNoHosts')}
          checked={allowNoHosts}
          onChange={(event) => {
            setAllowNoHosts(event.currentTarget.checked);
            plan.reset();
          }}
        />
        {error && <Failure error={error} />}
        {result && (
          <Text size="sm" role="status">
            {t(`editor.change.${result.change}`, { name: result.name, n: result.hosts ?? 0 })}
          </Text>
        )}
        {result?.warnings?.map(({ code, message }) => (
          <Text key={code} size="sm" c="orange">
            {message}
          </Text>
        ))}
        <Group>
          <Button variant="default" loading={plan.isPending} onClick={() => plan.mutate(document)}>
            {t('editor.plan')}
          </Button>
          {result && result.change !== 'unchanged' && (
            <Button loading={save.isPending} onClick={() => save.mutate(document)}>
              {t('editor.confirm', { n: result.hosts ?? 0 })}
            </Button>
          )}
        </Group>
      </Stack>
    </Section>
  );
}
