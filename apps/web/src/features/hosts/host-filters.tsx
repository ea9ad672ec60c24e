import { type HostPresence, hostPresences } from '@carillon/core/state/states';
import { Group, Pill, Select, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useWords } from '../../i18n/index.js';
import { useTyped } from '../../lib/use-typed.js';
import type { HostFilter } from './host-filter.js';

/** Which hosts the list shows: by name, presence, and the label somebody followed here. */
export function HostFilters() {
  const { t } = useWords();
  const filter = useSearch({ from: '/signed-in/hosts' });
  const navigate = useNavigate();
  const change = (part: HostFilter) =>
    void navigate({ to: '/hosts', search: (before) => ({ ...before, ...part }), replace: true });
  const search = useTyped(filter.search, (text) => change({ search: text }));
  return (
    <Group align="end">
      <TextInput label={t('common.search')} {...search} />
      <Select
        label={t('hosts.presence')}
        placeholder={t('common.all')}
        clearable
        data={hostPresences.map((value) => ({ value, label: t(`presence.${value}`) }))}
        value={filter.presence ?? null}
        onChange={(value) => change({ presence: (value as HostPresence | null) ?? undefined })}
      />
      {filter.label && (
        <Pill
          withRemoveButton
          mb={6}
          onRemove={() => change({ label: undefined })}
          removeButtonProps={{ 'aria-label': t('hosts.anyLabel'), 'aria-hidden': false, tabIndex: 0 }}
        >
          {filter.label}
        </Pill>
      )}
    </Group>
  );
}
