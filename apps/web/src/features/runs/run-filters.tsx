import { missedVerdicts } from '@carillon/contract/http/missed-runs.routes';
import { type RunState, runStates } from '@carillon/core/state/states';
import { Select, SimpleGrid, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import { LabelFilter } from '../../components/label-filter.js';
import { NameField } from '../../components/name-field.js';
import { useWords } from '../../i18n/index.js';
import { useTyped } from '../../lib/use-typed.js';
import { exitCodeOf, type MissedVerdict, type RunFilter } from './run-filter.js';
import { TimeFilter } from './time-filter.js';

/** Which runs the page shows. `/` goes to the search in output, as in many programs. */
export function RunFilters() {
  const { t } = useWords();
  const filter = useSearch({ from: '/signed-in/runs' });
  const navigate = useNavigate({ from: '/runs' });
  const box = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => box.current?.focus()]]);
  const change = (part: RunFilter) =>
    void navigate({ to: '/runs', search: (before) => ({ ...before, ...part }), replace: true });
  const job = useTyped(filter.job, (job) => change({ job }));
  const host = useTyped(filter.host, (host) => change({ host }));
  const exit = useTyped(filter.exit, (text) =>
    change({ exit: text !== undefined && exitCodeOf(text) !== undefined ? text : undefined }),
  );
  const text = useTyped(filter.text, (text) => change({ text }));
  const isWrong = exit.value.trim() !== '' && exitCodeOf(exit.value) === undefined;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="sm">
      <NameField of="job" label={t('runs.job')} {...job} />
      <NameField of="host" label={t('runs.host')} {...host} />
      {filter.view === 'missed' ? (
        <Verdict value={filter.verdict} onChange={(verdict) => change({ verdict })} />
      ) : (
        <>
          <LabelFilter label={t('runs.hostLabel')} value={filter.label} onChange={(label) => change({ label })} />
          <Outcome filter={filter} onChange={change} />
          <TextInput
            label={t('runs.exit')}
            placeholder="1, -1, 0x80070005"
            {...exit}
            {...(isWrong ? { error: t('runs.exitWrong') } : {})}
          />
          <TextInput
            label={t('runs.inOutput')}
            leftSection={<IconSearch size={15} aria-hidden />}
            ref={box}
            maxLength={200}
            {...text}
          />
        </>
      )}
      <TimeFilter filter={filter} onChange={change} />
    </SimpleGrid>
  );
}

/** What only the filter means: any of the bad states. */
const anyBad = 'bad';

function Outcome({ filter, onChange }: { filter: RunFilter; onChange: (part: RunFilter) => void }) {
  const { t } = useWords();
  return (
    <Select
      label={t('runs.outcome')}
      placeholder={t('common.all')}
      clearable
      data={[
        { value: anyBad, label: t('runs.anyBad') },
        ...runStates.map((value) => ({ value, label: t(`run.${value}`) })),
      ]}
      value={filter.bad ? anyBad : (filter.state ?? null)}
      onChange={(value) =>
        onChange(
          value === anyBad
            ? { bad: true, state: undefined }
            : { bad: undefined, state: (value as RunState | null) ?? undefined },
        )
      }
    />
  );
}

function Verdict({ value, onChange }: { value: MissedVerdict | undefined; onChange: (to?: MissedVerdict) => void }) {
  const { t } = useWords();
  return (
    <Select
      label={t('missed.verdict')}
      placeholder={t('common.all')}
      clearable
      data={missedVerdicts.map((verdict) => ({ value: verdict, label: t(`missed.${verdict}`) }))}
      value={value ?? null}
      onChange={(chosen) => onChange((chosen as MissedVerdict | null) ?? undefined)}
    />
  );
}
