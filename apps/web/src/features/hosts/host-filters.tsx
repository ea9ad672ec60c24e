import { type HostPresence, hostPresences } from '@carillon/core/state/states';
import { Group, Select, Switch, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { LabelFilter } from '../../components/label-filter.js';
import { useWords } from '../../i18n/index.js';
import { useTyped } from '../../lib/use-typed.js';
import type { HostFilter } from './host-filter.js';

/** Which hosts the list shows: by name, presence, label, agent, and whether their jobs fail. */
export function HostFilters() {
  const { t } = useWords();
  const filter = useSearch({ from: '/signed-in/hosts' });
  const navigate = useNavigate({ from: '/hosts' });
  const change = (part: HostFilter) =>
    void navigate({ to: '/hosts', search: (before) => ({ ...before, ...part }), replace: true });
  const search = useTyped(filter.search, (text) => change({ search: text }));
  const agent = useTyped(filter.agent, (text) => change({ agent: text }));
  return (
    <Group align="start" gap="sm">
      <TextInput label={t('common.search')} w={180} {...search} />
      <Select
        label={t('hosts.presence')}
        placeholder={t('common.all')}
        clearable
        w={140}
        data={hostPresences.map((value) => ({ value, label: t(`presence.${value}`) }))}
        value={filter.presence ?? null}
        onChange={(value) => change({ presence: (value as HostPresence | null) ?? undefined })}
      />
      <LabelFilter label={t('hosts.label')} value={filter.label} onChange={(label) => change({ label })} w={140} />
      <TextInput label={t('hosts.agentVersion')} w={130} {...agent} />
      <Switch
        label={t('hosts.onlyFailing')}
        mt={{ base: 0, xs: 33 }}
        checked={filter.failing === true}
        onChange={(event) => change({ failing: event.currentTarget.checked || undefined })}
      />
    </Group>
  );
}
