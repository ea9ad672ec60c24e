import { useWords } from '../../i18n/index.js';
import type { Picture } from './lay-out.js';
import { placeOf, ticksOf } from './time-window.js';

const pad = (value: number) => String(value).padStart(2, '0');

/** Half a window more on both sides, for dragging. */
function ticksAround({ span, width }: Picture) {
  const half = (span.toMs - span.fromMs) / 2;
  return ticksOf({ fromMs: span.fromMs - half, toMs: span.toMs + half }, 2 * width);
}

/** The times above the rows. */
export function TimeAxis({ picture }: { picture: Picture }) {
  const { language } = useWords();
  const day = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short' });
  return (
    <svg width={picture.width} height={30} aria-hidden>
      {ticksAround(picture).map(({ atMs, isDay }) => {
        const at = new Date(atMs);
        return (
          <text
            key={atMs}
            x={placeOf(atMs, picture.span, picture.width)}
            y={20}
            textAnchor="middle"
            data-day={isDay || undefined}
          >
            {isDay ? day.format(at) : `${pad(at.getHours())}:${pad(at.getMinutes())}`}
          </text>
        );
      })}
    </svg>
  );
}

/** The same times and now, as lines behind the rows. */
export function TimeLines({ picture, height }: { picture: Picture; height: number }) {
  const { span, width, nowMs } = picture;
  const now = placeOf(nowMs, span, width);
  return (
    <svg width={width} height={height} aria-hidden>
      {ticksAround(picture).map(({ atMs, isDay }) => {
        const x = placeOf(atMs, span, width);
        return (
          <line key={atMs} x1={x} x2={x} y1={0} y2={height} className="timeline-tick" data-day={isDay || undefined} />
        );
      })}
      <line x1={now} x2={now} y1={0} y2={height} className="timeline-now" />
    </svg>
  );
}
