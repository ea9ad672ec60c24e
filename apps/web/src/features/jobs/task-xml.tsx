import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Code, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../components/loaded.js';
import { useWords } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { query } from '../../lib/api.js';

/** What Task Scheduler gets for the job. */
export function TaskXml({ job, version }: { job: string; version: number }) {
  const { t, language } = useWords();
  const { saidText } = useServerText();
  const task = useQuery({ ...query(jobRoutes.taskXml, { name: job }), queryKey: ['task-xml', job, version] });
  return (
    <Loaded query={task}>
      {({ path, xml, exactness, reasons }) => (
        <Stack gap="xs">
          <Text size="sm" className="mono">
            {path}
          </Text>
          <Text size="sm" c="dimmed">
            {exactness === 'exact' ? t('jobs.taskExact') : t('jobs.taskGated')}{' '}
            {reasons.map(saidText).join(language === 'zh' ? '；' : ' ')}
          </Text>
          <Code block mah={480} style={{ overflowY: 'auto' }} tabIndex={0} role="region" aria-label={path}>
            {xml}
          </Code>
        </Stack>
      )}
    </Loaded>
  );
}
