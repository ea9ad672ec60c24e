import { ActionIcon, Button, Group, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { LabelFilter } from '../../components/label-filter.js';
import { NameField } from '../../components/name-field.js';
import { useWords } from '../../i18n/index.js';
import { useTyped } from '../../lib/use-typed.js';
import { type Zoom, zooms } from './time-window.js';
import { type Side, type TimelineFilter, usualZoom } from './timeline-filter.js';

interface Props {
  readonly filter: TimelineFilter;
  readonly change: (part: TimelineFilter) => void;
  /** By so many windows. */
  readonly onStep: (windows: number) => void;
  readonly onZoom: (zoom: Zoom) => void;
}

/** Which rows, and which time. */
export function TimelineFilters({ filter, change, onStep, onZoom }: Props) {
  const { t } = useWords();
  const byJob = filter.by === 'job';
  const search = useTyped(filter.search, (text) => change({ search: text }));
  const other = useTyped(byJob ? filter.host : filter.job, (text) => change(byJob ? { host: text } : { job: text }));
  return (
    <Group align="end" gap="sm">
      <SegmentedControl
        aria-label={t('timeline.rows')}
        data={[
          { value: 'host', label: t('nav.hosts') },
          { value: 'job', label: t('nav.jobs') },
        ]}
        value={filter.by ?? 'host'}
        // A filter of one side means nothing on the other.
        onChange={(by) =>
          change({
            by: by === 'job' ? (by as Side) : undefined,
            label: undefined,
            search: undefined,
            job: undefined,
            host: undefined,
          })
        }
      />
      <TextInput label={t('common.search')} w={150} {...search} />
      {!byJob && (
        <LabelFilter label={t('timeline.label')} value={filter.label} onChange={(label) => change({ label })} w={130} />
      )}
      <NameField of={byJob ? 'host' : 'job'} label={t(byJob ? 'runs.host' : 'runs.job')} w={150} {...other} />
      <Switch
        label={t('runs.onlyBad')}
        pb={8}
        checked={filter.bad === true}
        onChange={(event) => change({ bad: event.currentTarget.checked || undefined })}
      />
      <Group gap={6} ml="auto">
        <ActionIcon variant="default" size={36} aria-label={t('timeline.earlier')} onClick={() => onStep(-0.5)}>
          <IconChevronLeft size={18} />
        </ActionIcon>
        <Button
          variant="default"
          px="sm"
          disabled={filter.from === undefined}
          onClick={() => change({ from: undefined })}
        >
          {t('timeline.now')}
        </Button>
        <ActionIcon variant="default" size={36} aria-label={t('timeline.later')} onClick={() => onStep(0.5)}>
          <IconChevronRight size={18} />
        </ActionIcon>
        <SegmentedControl
          aria-label={t('timeline.zoom')}
          data={zooms.map((value) => ({ value, label: t(`timeline.${value}`) }))}
          value={filter.zoom ?? usualZoom}
          onChange={(value) => onZoom(value as Zoom)}
        />
      </Group>
    </Group>
  );
}
