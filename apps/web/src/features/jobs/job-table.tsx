import { Checkbox, Stack, Table, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { RowGap } from '../../components/row-gap.js';
import { useWords } from '../../i18n/index.js';
import { useMay } from '../../lib/use-may.js';
import { useWindowed } from '../../lib/use-windowed.js';
import { BulkActs } from './bulk-acts.js';
import { JobRow } from './job-row.js';
import type { Job } from './job-shapes.js';
import { isTableKey, moveBy } from './table-keys.js';

const rowPx = 49;
const columns = 7;

/** Jobs as rows that can be marked and walked by key; of a long list only what is in view is in the page. */
export function JobTable({ jobs, onNearEnd }: { jobs: readonly Job[]; onNearEnd: () => void }) {
  const { t } = useWords();
  const body = useRef<HTMLTableSectionElement>(null);
  const { from, to } = useWindowed(body, jobs.length, rowPx);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const mayMark = useMay('run');
  const [active, setActive] = useState(0);
  const navigate = useNavigate();
  const chosen = jobs.filter(({ name }) => marked.has(name));
  const mark = (name: string) => setMarked((before) => toggled(before, name));
  const nearEnd = to >= jobs.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once each time the end comes near
  useEffect(() => {
    if (nearEnd) onNearEnd();
  }, [nearEnd, jobs.length]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    // Keys of a field or a link inside a row are its own.
    if (!(event.target instanceof HTMLTableRowElement) || !isTableKey(event.key)) return;
    event.preventDefault();
    const job = jobs[active];
    const next = moveBy(event.key, active, jobs.length);
    if (next !== active) {
      setActive(next);
      body.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus();
    } else if (event.key === 'Enter' && job) void navigate({ to: '/jobs/$name', params: { name: job.name } });
    else if (mayMark && (event.key === 'x' || event.key === ' ') && job) mark(job.name);
  };
  return (
    <Stack gap="xs">
      <BulkActs jobs={chosen} onKeep={(names) => setMarked(new Set(names))} />
      <Table.ScrollContainer minWidth={760}>
        <Table aria-label={t('nav.jobs')} aria-rowcount={jobs.length} className="rows-even">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={36}>
                {mayMark && (
                  <Checkbox
                    size="xs"
                    aria-label={t('jobs.markAll')}
                    checked={chosen.length > 0 && chosen.length === jobs.length}
                    indeterminate={chosen.length > 0 && chosen.length < jobs.length}
                    onChange={() =>
                      setMarked(chosen.length === jobs.length ? new Set() : new Set(jobs.map(({ name }) => name)))
                    }
                  />
                )}
              </Table.Th>
              <Table.Th>{t('common.name')}</Table.Th>
              <Table.Th>{t('jobs.health')}</Table.Th>
              <Table.Th>{t('jobs.latelyHead')}</Table.Th>
              <Table.Th>{t('jobs.lastRun')}</Table.Th>
              <Table.Th>{t('jobs.nextFire')}</Table.Th>
              <Table.Th>{t('jobs.hosts')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody ref={body} onKeyDown={onKeyDown}>
            <RowGap rows={from} rowPx={rowPx} columns={columns} />
            {jobs.slice(from, to).map((job, index) => (
              <JobRow
                key={job.id}
                job={job}
                index={from + index}
                active={from + index === active}
                mayMark={mayMark}
                marked={marked.has(job.name)}
                onMark={() => mark(job.name)}
                onFocus={() => setActive(from + index)}
              />
            ))}
            <RowGap rows={jobs.length - to} rowPx={rowPx} columns={columns} />
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed" visibleFrom="sm">
        {t('jobs.keys')}
      </Text>
    </Stack>
  );
}

function toggled(set: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(name)) next.add(name);
  return next;
}
