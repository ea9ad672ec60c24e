import { useElementSize } from '@mantine/hooks';
import { Link, type LinkProps } from '@tanstack/react-router';
import { LookPatterns } from '../../components/looks.js';
import { shortCount } from './heat-grid.js';

const height = 150;
const foot = 18;
const head = 14;
const usualWidth = 900;

interface Props {
  /** By the minute. */
  readonly values: readonly number[];
  readonly bad: readonly number[];
  readonly look: 'expected' | 'ran';
  /** What it could be instead. */
  readonly suggested: readonly number[] | undefined;
  readonly label: string;
  /** The list of what a minute of the hour stands for, where there is one. */
  readonly linkOf?: ((minute: number) => Pick<LinkProps, 'to' | 'search'>) | undefined;
  /** Hour of the day, for the times below. */
  readonly hour: number;
}

/** An hour by its minutes, marked every five. */
export function HourBars({ values, bad, look, suggested, label, hour, linkOf }: Props) {
  const size = useElementSize();
  const width = size.width || usualWidth;
  const most = Math.max(1, ...values, ...(suggested ?? []));
  const step = width / values.length;
  const y = (value: number) => height - foot - (value / most) * (height - foot - head);
  const fullest = values.indexOf(Math.max(...values));
  const bar = (value: number, minute: number, className: string) =>
    value > 0 && (
      <rect
        key={`${className} ${minute}`}
        className={className}
        x={minute * step + 0.5}
        y={y(value)}
        width={Math.max(1, step - 1)}
        height={height - foot - y(value)}
        rx={1.5}
      />
    );
  return (
    <div ref={size.ref} className="hour-bars">
      <LookPatterns />
      <svg width={width} height={height} role={linkOf ? 'group' : 'img'} aria-label={label}>
        {values.map((value, minute) => bar(value, minute, look))}
        {bad.map((value, minute) => bar(value, minute, 'went-wrong'))}
        {linkOf &&
          values.map((value, minute) => {
            const at = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
            return (
              value > 0 && (
                // Keys reach the same runs by the link above the picture; a stop for each minute would be in their way.
                <Link key={`link ${at}`} {...linkOf(minute)} tabIndex={-1} aria-label={`${at}: ${value}`}>
                  <title>{`${at} · ${value}`}</title>
                  <rect x={minute * step} y={0} width={step} height={height - foot} fill="transparent" />
                </Link>
              )
            );
          })}
        {suggested && <path className="suggested" d={outline(suggested, step, y)} />}
        <line className="ground" x1={0} x2={width} y1={height - foot + 0.5} y2={height - foot + 0.5} />
        {(values[fullest] ?? 0) > 0 && (
          <text x={Math.min(width - 16, Math.max(12, (fullest + 0.5) * step))} y={head - 3} textAnchor="middle">
            {shortCount(values[fullest] ?? 0)}
          </text>
        )}
        {Array.from({ length: 12 }, (_, part) => part * 5).map((minute) =>
          width < 500 && minute % 15 !== 0 ? null : (
            <text key={minute} x={minute * step} y={height - 4}>
              {`${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`}
            </text>
          ),
        )}
      </svg>
    </div>
  );
}

/** Steps along the tops. */
function outline(values: readonly number[], step: number, y: (value: number) => number): string {
  return values
    .map((value, minute) => `${minute === 0 ? 'M' : 'L'}${minute * step},${y(value)} H${(minute + 1) * step}`)
    .join(' ');
}
