import { Box, Button, Group, SegmentedControl, Switch, Text } from '@mantine/core';
import { IconArrowDown, IconDownload } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { download } from '../../components/export-button.js';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { isLog } from './log-records.js';
import { LogTable } from './log-table.js';
import { OutputRows } from './output-rows.js';
import { findHits } from './output-search.js';
import { OutputSearchBar } from './output-search-bar.js';
import { type ShownStreams, shownStreams, useLines } from './use-lines.js';
import type { Output } from './use-output.js';

interface Props {
  readonly output: Output;
  /** `carillon-nightly-db-01-<run>.txt`. */
  readonly fileName: string;
  readonly running: boolean;
  /** The host's own, IANA. */
  readonly zone: string | undefined;
  /** What the reader came for: its first place is shown. */
  readonly find?: string | undefined;
  /** Since when it lies in the archive, and where. */
  readonly archived?: { readonly at: string; readonly bucket: string } | null | undefined;
}

/** What a run wrote, both streams in the order they were written, growing while it runs. */
export function OutputView({ output, fileName, running, zone, find = '', archived }: Props) {
  const { t } = useWords();
  const { pieces, complete, encoding, error } = output;
  const [shown, setShown] = useState<ShownStreams>('both');
  const [times, setTimes] = useState(false);
  const [follows, setFollows] = useState(true);
  const lines = useLines(pieces, shown);
  const hasLog = useMemo(() => isLog(lines), [lines]);
  const [isTable, setIsTable] = useState(false);
  const asTable = hasLog && isTable;
  const search = useSearchIn(lines, find);
  // Of output that cannot be read nobody knows what it says.
  const isUnread = error !== null && pieces.length === 0;
  const note = complete || isUnread ? null : running ? t('runs.following') : t('runs.waiting');
  const save = () =>
    download(
      fileName,
      'text/plain',
      wholeText(pieces, shown, (bytes) => t('runs.notKept', { bytes })),
    );
  return (
    <Section
      title={t('runs.output')}
      tour="output"
      aside={
        <Group gap="sm">
          {hasLog && (
            <Switch
              size="xs"
              label={t('runs.asTable')}
              checked={isTable}
              onChange={(event) => setIsTable(event.currentTarget.checked)}
            />
          )}
          {!asTable && <OutputSearchBar {...search.bar} />}
          <Switch
            size="xs"
            label={t('runs.times')}
            checked={times}
            onChange={(event) => setTimes(event.currentTarget.checked)}
          />
          <SegmentedControl
            size="xs"
            value={shown}
            onChange={(value) => setShown(value as ShownStreams)}
            data={shownStreams.map((value) => ({ value, label: value === 'both' ? t('runs.both') : value }))}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            disabled={pieces.length === 0}
            onClick={save}
          >
            {t('runs.download')}
          </Button>
        </Group>
      }
    >
      {error !== null && <Failure error={error} />}
      {asTable && <LogTable lines={lines} zone={zone} />}
      <Box pos="relative" hidden={asTable}>
        <OutputRows
          lines={lines}
          hits={search.hits}
          current={search.bar.current}
          follows={follows}
          setFollows={setFollows}
          times={times}
          zone={zone}
          complete={complete}
          empty={!isUnread && <Text c="dimmed">{complete ? t('runs.noOutput') : t('runs.noOutputYet')}</Text>}
        />
        {!follows && (
          <Button
            className="output-resume"
            size="xs"
            leftSection={<IconArrowDown size={14} aria-hidden />}
            onClick={() => setFollows(true)}
          >
            {complete ? t('runs.toEnd') : t('runs.follow')}
          </Button>
        )}
      </Box>
      <Group gap="md" mt={6}>
        {note && (
          <Text size="xs" c="dimmed" aria-live="polite">
            {note}
          </Text>
        )}
        {archived && (
          <Text size="xs" c="dimmed">
            {t('runs.archived', { day: archived.at.slice(0, 10), bucket: archived.bucket })}
          </Text>
        )}
        {encoding && pieces.length > 0 && (
          <Text size="xs" c="dimmed">
            {t('runs.encoding', { encoding })}
          </Text>
        )}
      </Group>
    </Section>
  );
}

/** The search of a reader in lines that may still grow. */
function useSearchIn(lines: ReturnType<typeof useLines>, find: string) {
  const [text, setText] = useState(find);
  const [at, setAt] = useState(0);
  // Typing stays quick in a megabyte: the search follows when there is time.
  const wanted = useDeferredValue(text);
  const hits = useMemo(() => findHits(lines, wanted), [lines, wanted]);
  const count = hits.length;
  const onText = (next: string) => {
    setText(next);
    setAt(0);
  };
  const onStep = (by: 1 | -1) => count > 0 && setAt((now) => (Math.min(now, count - 1) + by + count) % count);
  return { hits, bar: { text, onText, count, current: Math.min(at, Math.max(0, count - 1)), onStep } };
}

/** As it was written, orders to terminals included; what was not kept is named. */
function wholeText(pieces: Output['pieces'], shown: ShownStreams, notKept: (bytes: number) => string): string {
  return pieces
    .filter(({ stream }) => shown === 'both' || stream === shown)
    .map(({ droppedBefore, text }) => (droppedBefore > 0 ? `\n[${notKept(droppedBefore)}]\n${text}` : text))
    .join('');
}
