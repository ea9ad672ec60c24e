import { useElementSize } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, type MouseEvent, type SyntheticEvent, useRef, useState } from 'react';
import { Failure } from '../../components/failure.js';
import { HostLink, JobLink } from '../../components/links.js';
import { Placeholder } from '../../components/loaded.js';
import { LookPatterns } from '../../components/looks.js';
import { NothingFound } from '../../components/nothing-found.js';
import { useWords } from '../../i18n/index.js';
import { layOut, type Picture } from './lay-out.js';
import { MarkTip, type Pointed } from './mark-tip.js';
import { TimeAxis, TimeLines } from './time-axis.js';
import type { TimelineFilter } from './timeline-filter.js';
import { type MarkKind, RowPicture, rowHeight } from './timeline-row.js';
import './timeline.css';
import type { Span } from './time-window.js';
import { usePan } from './use-pan.js';
import { useTimelineRows } from './use-timeline-rows.js';
import { visibleRows } from './visible-rows.js';

/** Until the browser has told how much room there is. */
const usualSize = { width: 960, height: 480 };

interface Props {
  readonly filter: TimelineFilter;
  readonly span: Span;
  readonly nowMs: number;
  /** Moves the left edge. */
  readonly onMove: (fromMs: number) => void;
  /** One step finer or coarser around an instant. */
  readonly onZoom: (step: 1 | -1, aroundMs: number) => void;
  readonly onNow: () => void;
}

/** Rows over time: dragged or moved by keys, zoomed around what is pointed at. */
export function TimelineChart({ filter, span, nowMs, onMove, onZoom, onNow }: Props) {
  const { t } = useWords();
  const navigate = useNavigate();
  const root = useRef<HTMLElement>(null);
  const lane = useElementSize();
  const [scroll, setScroll] = useState({ scrollTop: 0, height: usualSize.height });
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const width = lane.width || usualSize.width;
  const picture: Picture = { span, width, nowMs };
  const lengthMs = span.toMs - span.fromMs;
  const known = useRef(0);
  const visible = visibleRows(known.current, rowHeight, scroll);
  const { total, rows, error, refetch } = useTimelineRows(filter, span, visible);
  known.current = total ?? known.current;
  const pan = usePan(root, (px) => onMove(span.fromMs - (px / width) * lengthMs));

  const pointedBy = (event: SyntheticEvent): Pointed | null => {
    const mark = (event.target as Element).closest<SVGElement>('[data-mark]');
    const row = rows.get(Number(mark?.closest<HTMLElement>('[data-row]')?.dataset.row));
    const [kind, index] = mark?.dataset.mark?.split(' ') ?? [];
    if (!mark || !row || kind === undefined) return null;
    const { left, top, width: length } = mark.getBoundingClientRect();
    return { row, kind: kind as MarkKind, index: Number(index), x: left + length / 2, y: top };
  };
  const open = (event: MouseEvent) => {
    const found = pointedBy(event);
    if (!found) return;
    event.preventDefault();
    if (pan.wasDragged()) return;
    setPointed(null);
    const runs = found.kind === 'run' ? (layOut(found.row.runs, picture).marks[found.index]?.runs ?? []) : [];
    const [run] = runs;
    if (runs.length > 1 && run && lengthMs > finestMs) onZoom(-1, Date.parse(run.startedAt));
    else if (run) void navigate({ to: '/runs/$id', params: { id: run.id } });
    else if (found.kind === 'hour') onZoom(-1, Date.parse(found.row.hours[found.index]?.hour ?? ''));
    else {
      const job = found.kind === 'miss' ? found.row.misses[found.index]?.job : found.row.fires[found.index]?.job;
      if (job !== undefined) void navigate({ to: '/jobs/$name', params: { name: job } });
    }
  };
  const press = (event: KeyboardEvent) => {
    const step = lengthMs * (event.shiftKey ? 1 : 0.1);
    const acts: Record<string, () => void> = {
      ArrowLeft: () => onMove(span.fromMs - step),
      ArrowRight: () => onMove(span.fromMs + step),
      '+': () => onZoom(-1, span.fromMs + lengthMs / 2),
      '=': () => onZoom(-1, span.fromMs + lengthMs / 2),
      '-': () => onZoom(1, span.fromMs + lengthMs / 2),
      Home: onNow,
    };
    const act = acts[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  if (total === undefined) return error ? <Failure error={error} onRetry={refetch} /> : <Placeholder />;
  const Name = filter.by === 'job' ? JobLink : HostLink;
  return (
    <>
      {error && <Failure error={error} onRetry={refetch} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys move and zoom the picture as a whole */}
      <section className="timeline" ref={root} tabIndex={0} aria-label={t('timeline.title')} onKeyDown={press}>
        <LookPatterns />
        <div className="timeline-head">
          <div className="timeline-name">{t(filter.by === 'job' ? 'nav.jobs' : 'nav.hosts')}</div>
          <div className="timeline-lane">
            <TimeAxis picture={picture} />
          </div>
        </div>
        {total === 0 ? (
          <div style={{ paddingInline: 12 }}>
            <NothingFound text={t('timeline.noRows')} />
          </div>
        ) : (
          // biome-ignore lint/a11y/noStaticElementInteractions: marks are links; this hears for all of them at once
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on a link clicks it
          <div
            className="timeline-rows"
            {...pan.handlers}
            onClick={open}
            onDragStart={(event) => event.preventDefault()}
            onPointerOver={(event) => setPointed(pan.wasDragged() && event.buttons > 0 ? null : pointedBy(event))}
            onPointerLeave={() => setPointed(null)}
            onFocus={(event) => setPointed(pointedBy(event))}
            onBlur={() => setPointed(null)}
            onScroll={({ currentTarget: { scrollTop, clientHeight } }) =>
              setScroll({ scrollTop, height: clientHeight || usualSize.height })
            }
          >
            <div className="timeline-canvas" style={{ height: total * rowHeight }}>
              <div className="timeline-row" style={{ height: '100%', border: 0 }}>
                <div className="timeline-name" />
                <div className="timeline-lane" ref={lane.ref}>
                  <TimeLines picture={picture} height={total * rowHeight} />
                </div>
              </div>
              {[...rows].map(([number, row]) => (
                <div key={number} className="timeline-row" data-row={number} style={{ top: number * rowHeight }}>
                  <div className="timeline-name" title={row.name}>
                    <Name name={row.name} />
                  </div>
                  <div className="timeline-lane">
                    <RowPicture row={row} picture={picture} />
                  </div>
                </div>
              ))}
            </div>
          </div>
        )}
        {pointed && <MarkTip pointed={pointed} picture={picture} />}
      </section>
    </>
  );
}

const finestMs = 3_600_000;
