import { Group, SegmentedControl, Text } from '@mantine/core';
import { Fragment, useEffect, useRef, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { type OutputPiece, useOutput } from './use-output.js';

type Shown = 'both' | 'stdout' | 'stderr';

/** How near to the end still counts as following, in pixels. */
const nearEnd = 40;

/** What a run wrote, both streams in the order they were written, growing while it runs. */
export function OutputView({ id, running }: { id: string; running: boolean }) {
  const { t } = useWords();
  const { pieces, complete, encoding, error } = useOutput(id);
  const [shown, setShown] = useState<Shown>('both');
  const visible = shown === 'both' ? pieces : pieces.filter((piece) => piece.stream === shown);
  const box = useFollowedEnd(visible.length);
  const note = complete ? null : running ? t('runs.following') : t('runs.waiting');
  return (
    <Section
      title={t('runs.output')}
      aside={
        <Group gap="sm">
          {encoding && pieces.length > 0 && (
            <Text size="xs" c="dimmed">
              {t('runs.encoding', { encoding })}
            </Text>
          )}
          <SegmentedControl
            size="xs"
            value={shown}
            onChange={(value) => setShown(value as Shown)}
            data={[
              { value: 'both', label: t('runs.both') },
              { value: 'stdout', label: 'stdout' },
              { value: 'stderr', label: 'stderr' },
            ]}
          />
        </Group>
      }
    >
      {error !== null && <Failure error={error} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div className="output" ref={box} tabIndex={0} role="log" aria-label={t('runs.output')} data-complete={complete}>
        {visible.map((piece) => (
          <Piece key={`${piece.stream}-${piece.offset}`} piece={piece} />
        ))}
        {visible.length === 0 && <Text c="dimmed">{complete ? t('runs.noOutput') : t('runs.noOutputYet')}</Text>}
      </div>
      {note && (
        <Text size="xs" c="dimmed" mt={6} aria-live="polite">
          {note}
        </Text>
      )}
    </Section>
  );
}

function Piece({ piece }: { piece: OutputPiece }) {
  const { t } = useWords();
  return (
    <Fragment>
      {piece.droppedBefore > 0 && (
        <span className="output-gap">{t('runs.dropped', { bytes: piece.droppedBefore.toLocaleString('en') })}</span>
      )}
      <span data-stream={piece.stream}>{piece.text}</span>
    </Fragment>
  );
}

/** Keeps the end in view while the reader is at the end; leaves him alone when he has scrolled up. */
function useFollowedEnd(length: number) {
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onScroll = () => {
      follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd;
    };
    element.addEventListener('scroll', onScroll);
    return () => element.removeEventListener('scroll', onScroll);
  }, []);
  useEffect(() => {
    if (length > 0 && follows.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [length]);
  return box;
}
