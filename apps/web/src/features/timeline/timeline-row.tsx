import { isBadRun } from '@carillon/core/state/states';
import { memo } from 'react';
import { Shape } from '../../components/looks.js';
import { useWords } from '../../i18n/index.js';
import { localTime } from '../../lib/times.js';
import { layOut, type Picture, pinsOf, type TimelineRow as Row } from './lay-out.js';
import { placeOf } from './time-window.js';

export const rowHeight = 40;
const pad = 6;
const laneGap = 2;
const hourMs = 3_600_000;

/** What a mark is about; its place in the row says which one, so that no mark needs a handler of its own. */
export type MarkKind = 'run' | 'miss' | 'fire' | 'hour';

/** One host or job over time. */
export const RowPicture = memo(function RowPicture({ row, picture }: { row: Row; picture: Picture }) {
  const { t } = useWords();
  const { span, width } = picture;
  const { marks, lanes } = layOut(row.runs, picture);
  const room = rowHeight - 2 * pad;
  const height = Math.min(18, (room - (lanes - 1) * laneGap) / lanes);
  const top = pad + (room - lanes * height - (lanes - 1) * laneGap) / 2;
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: each of its marks is a link with a name
    <svg width={width} height={rowHeight}>
      <Pause row={row} picture={picture} />
      <Hours row={row} picture={picture} />
      <Unknown row={row} picture={picture} />
      {pinsOf(row.fires, picture).map(({ x, fires }, index) => (
        <a
          key={fires[0]?.at}
          href={`/jobs/${encodeURIComponent(fires[0]?.job ?? '')}`}
          data-mark={`fire ${index}`}
          aria-label={`${fires[0]?.job}: ${t('timeline.coming')}, ${localTime(fires[0]?.at ?? '')}`}
        >
          <Shape look="coming" x={x} y={0} width={0} height={rowHeight} />
        </a>
      ))}
      {marks.map(({ x, width: length, lane, state, runs }, index) => (
        <a
          key={runs[0]?.id}
          href={`/runs/${runs[0]?.id}`}
          data-mark={`run ${index}`}
          aria-label={
            runs.length > 1
              ? t('timeline.runs', { count: runs.length })
              : `${runs[0]?.job}: ${t(`run.${state}`)}, ${localTime(runs[0]?.startedAt ?? '')}`
          }
          data-bad={isBadRun(state) || undefined}
        >
          <Shape look={state} x={x} y={top + lane * (height + laneGap)} width={length} height={height} />
        </a>
      ))}
      {row.misses.map(({ verdict, from, job }, index) => (
        <a
          key={`${from} ${job}`}
          href={`/jobs/${encodeURIComponent(job)}`}
          data-mark={`miss ${index}`}
          aria-label={`${job}: ${t(`timeline.${verdict}`)}, ${localTime(from)}`}
        >
          <Shape look={verdict} x={placeOf(Date.parse(from), span, width)} y={0} width={0} height={rowHeight} />
        </a>
      ))}
    </svg>
  );
});

interface Props {
  readonly row: Row;
  readonly picture: Picture;
}

/** What is too much to be drawn one by one: how many runs began in each hour, and which share of them went wrong. */
function Hours({ row, picture: { span, width } }: Props) {
  const most = Math.max(1, ...row.hours.map(({ total }) => total));
  return row.hours.map(({ hour, total, bad }, index) => {
    const x = placeOf(Date.parse(hour), span, width);
    const endMs = Math.min(Date.parse(hour) + hourMs, Date.parse(row.completeFrom));
    const length = Math.max(1, placeOf(endMs, span, width) - x - 1);
    const height = 4 + (rowHeight - 2 * pad - 4) * (total / most);
    const y = rowHeight - pad - height;
    return (
      <g key={hour} data-mark={`hour ${index}`}>
        <rect x={x} y={y} width={length} height={height} fill="var(--mantine-color-teal-6)" opacity={0.45} />
        {bad > 0 && (
          <rect x={x} y={y} width={length} height={Math.max(3, height * (bad / total))} fill="url(#look-failed)" />
        )}
      </g>
    );
  });
}

/** The host starts nothing by itself. */
function Pause({ row, picture: { span, width, nowMs } }: Props) {
  if (row.pausedUntil === null) return null;
  const x = placeOf(nowMs, span, width);
  const length = placeOf(Date.parse(row.pausedUntil), span, width) - x;
  return length <= 0 ? null : <rect x={x} y={2} width={length} height={rowHeight - 4} className="timeline-paused" />;
}

/** Starts go on, but no more of them were asked for. */
function Unknown({ row, picture: { span, width } }: Props) {
  const last = row.fires.at(-1);
  if (!last || Date.parse(row.firesUntil) > Date.parse(last.at)) return null;
  const x = placeOf(Date.parse(last.at), span, width) + 10;
  return <line x1={x} x2={2 * width} y1={rowHeight / 2} y2={rowHeight / 2} className="timeline-more" />;
}
