import type { DiffLine } from '@carillon/core/document/diff-lines';
import { VisuallyHidden } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useWords } from '../i18n/index.js';
import './diff-view.css';

/** Lines shown around each change. */
const around = 4;

interface Props {
  readonly lines: readonly DiffLine[];
  readonly label: string;
}

/** Two texts as one: what went is marked `−` and what came `+`, never by colour alone. Long stretches without a change are folded. */
export function DiffView({ lines, label }: Props) {
  const { t } = useWords();
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const blocks = useMemo(() => fold(lines), [lines]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key
    <section className="diff" aria-label={label} tabIndex={0}>
      <table>
        <tbody>
          {blocks.flatMap(({ from, to, isFolded }) =>
            isFolded && !opened.has(from)
              ? [
                  <tr key={`fold ${from}`} className="diff-fold">
                    <td colSpan={4}>
                      <button type="button" onClick={() => setOpened(new Set([...opened, from]))}>
                        {t('job.folded', { count: to - from })}
                      </button>
                    </td>
                  </tr>,
                ]
              : lines.slice(from, to).map((line) => <Line key={`${line.before} ${line.after}`} line={line} />),
          )}
        </tbody>
      </table>
    </section>
  );
}

const signs = { removed: '−', added: '+' } as const;

function Line({ line: { kind, text, before, after } }: { line: DiffLine }) {
  const { t } = useWords();
  return (
    <tr data-kind={kind}>
      <td className="diff-number">{before}</td>
      <td className="diff-number">{after}</td>
      <td className="diff-sign">
        {kind !== 'same' && (
          <>
            <span aria-hidden>{signs[kind]}</span>
            <VisuallyHidden>{t(`job.line.${kind}`)}</VisuallyHidden>
          </>
        )}
      </td>
      <td className="diff-text">{text}</td>
    </tr>
  );
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly isFolded: boolean;
}

/** Stretches of lines; those far from any change are folded, and a text without a change is shown whole. */
export function fold(lines: readonly DiffLine[]): Block[] {
  const changed = lines.flatMap(({ kind }, index) => (kind === 'same' ? [] : [index]));
  if (changed.length === 0) return lines.length === 0 ? [] : [{ from: 0, to: lines.length, isFolded: false }];
  const blocks: Block[] = [];
  let end = 0;
  for (const index of changed) {
    const from = Math.max(end, index - around);
    // A fold is a line itself: folding one line gains nothing.
    if (from - end > 1) blocks.push({ from: end, to: from, isFolded: true });
    const to = Math.min(lines.length, index + around + 1);
    const start = from - end > 1 ? from : end;
    if (to > start) blocks.push({ from: start, to, isFolded: false });
    end = Math.max(end, to);
  }
  if (lines.length - end > 1) blocks.push({ from: end, to: lines.length, isFolded: true });
  else if (lines.length > end) blocks.push({ from: end, to: lines.length, isFolded: false });
  return blocks;
}
