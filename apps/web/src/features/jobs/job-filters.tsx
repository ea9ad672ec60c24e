import { type JobHealth, jobHealths, type Unsettled, unsettledKinds } from '@carillon/core/state/states';
import { Select, SimpleGrid, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useWords } from '../../i18n/index.js';
import { useTyped } from '../../lib/use-typed.js';
import type { JobFilter } from './job-filter.js';

/** Which jobs the list shows. */
export function JobFilters() {
  const { t } = useWords();
  const filter = useSearch({ from: '/signed-in/jobs' });
  const navigate = useNavigate();
  const change = (part: JobFilter) =>
    void navigate({ to: '/jobs', search: (before) => ({ ...before, ...part }), replace: true });
  const search = useTyped(filter.search, (text) => change({ search: text }));
  const target = useTyped(filter.target, (text) => change({ target: text }));
  const owner = useTyped(filter.owner, (text) => change({ owner: text }));
  return (
    <SimpleGrid cols={{ base: 2, md: 5 }} spacing="sm">
      <TextInput label={t('common.search')} leftSection={<IconSearch size={15} aria-hidden />} {...search} />
      <Select
        label={t('jobs.health')}
        placeholder={t('common.all')}
        clearable
        data={jobHealths.map((value) => ({ value, label: t(`health.${value}`) }))}
        value={filter.health ?? null}
        onChange={(value) => change({ health: (value as JobHealth | null) ?? undefined })}
      />
      <Select
        label={t('jobs.assignments')}
        placeholder={t('common.all')}
        clearable
        data={unsettledKinds.map((value) => ({ value, label: t(`jobs.assignments.${value}`) }))}
        value={filter.assignments ?? null}
        onChange={(value) => change({ assignments: (value as Unsettled | null) ?? undefined })}
      />
      <TextInput label={t('jobs.target')} placeholder={t('jobs.targetHint')} {...target} />
      <TextInput label={t('jobs.owner')} {...owner} />
    </SimpleGrid>
  );
}
