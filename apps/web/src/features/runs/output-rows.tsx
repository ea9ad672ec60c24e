import { type ReactNode, useEffect, useMemo } from 'react';
import { useTimes } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { type OutputLine, type OutputRow, wrapLines } from './output-lines.js';
import { type Hit, partsOf, rowOfHit } from './output-search.js';
import { rowsInBox, scrollTopOf } from './rows-in-box.js';
import { probeCharacters, rowPx, useOutputBox } from './use-output-box.js';

/** `08:00:05` and the room behind it. */
const timeColumns = 10;

interface Props {
  readonly lines: readonly OutputLine[];
  readonly hits: readonly Hit[];
  /** Number of the hit that the reader is at. */
  readonly current: number;
  readonly follows: boolean;
  readonly setFollows: (follows: boolean) => void;
  readonly times: boolean;
  readonly zone: string | undefined;
  readonly complete: boolean;
  /** Instead of lines. */
  readonly empty: ReactNode;
}

/** Lines as rows that are all as tall: of a long output only what is in view is in the page. */
export function OutputRows({ lines, hits, current, follows, setFollows, times, zone, complete, empty }: Props) {
  const { t } = useWords();
  const view = useOutputBox(lines.length, follows, setFollows);
  const columns = Math.max(10, view.columns - (times ? timeColumns : 0));
  const rows = useMemo(() => wrapLines(lines, columns), [lines, columns]);
  const { from, to, offsetPx, totalPx } = rowsInBox({ ...view, count: rows.length, rowPx });
  const hit = hits[current];
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another hit moves the view, not more output
  useEffect(() => {
    const row = hit ? rowOfHit(rows, hit) : -1;
    if (row < 0 || !view.box.current) return;
    setFollows(false);
    view.box.current.scrollTop = scrollTopOf(row, { count: rows.length, rowPx, viewPx: view.viewPx });
  }, [hit?.line, hit?.from, columns]);
  return (
    <div
      className="output"
      ref={view.box}
      onScroll={view.onScroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-live={follows && !complete ? 'polite' : 'off'}
      aria-label={t('runs.output')}
      data-complete={complete}
    >
      <span className="output-probe" ref={view.probe} aria-hidden data-probe={'0'.repeat(probeCharacters)} />
      {lines.length === 0 && empty}
      <div style={{ height: totalPx }}>
        <div style={{ transform: `translateY(${offsetPx}px)` }}>
          {rows.slice(from, to).map((row) => {
            const line = lines[row.line];
            if (!line) return null;
            return (
              <Row
                key={`${row.line}:${row.from}`}
                row={row}
                line={line}
                hits={hits}
                current={current}
                times={times}
                zone={zone}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps extends Pick<Props, 'hits' | 'current' | 'times' | 'zone'> {
  readonly row: OutputRow;
  readonly line: OutputLine;
}

function Row({ row, line, hits, current, times, zone }: RowProps) {
  const { t } = useWords();
  const { timeText } = useTimes();
  const parts =
    hits.length > 0 ? partsOf(row, line.text, hits) : [{ text: line.text.slice(row.from, row.to), hit: null }];
  return (
    <div className="output-row" data-stream={line.stream} data-goes-on={row.from > 0 || undefined}>
      {times && (
        <time className="output-time" dateTime={line.at}>
          {row.from === 0 ? timeText(line.at, zone).slice(11, 19) : ''}
        </time>
      )}
      {line.dropped > 0 ? (
        <span className="output-gap">{t('runs.dropped', { bytes: line.dropped.toLocaleString('en') })}</span>
      ) : (
        <bdi>
          {parts.map(({ text, hit }, index) =>
            hit === null ? (
              text
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one row have nothing else
              <mark key={index} data-current={hit === current || undefined}>
                {text}
              </mark>
            ),
          )}
        </bdi>
      )}
    </div>
  );
}
