import { Link, type LinkProps } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useWords } from '../../i18n/index.js';
import { localTime } from '../../lib/times.js';
import { fullest, type HeatDay, heatOf, shortCount } from './heat-grid.js';
import './heatmap.css';

const pad = (value: number) => String(value).padStart(2, '0');
/** From here on the page's own text colour cannot be read well. */
const hot = 0.62;

interface Props {
  readonly days: readonly HeatDay[];
  readonly chosenMs: number | undefined;
  /** Where an hour is looked at closely. */
  readonly linkOf: (hourMs: number) => Pick<LinkProps, 'to' | 'search'>;
}

/** Days by their hours; the number in each cell says what its colour says. */
export function HeatTable({ days, chosenMs, linkOf }: Props) {
  const { t, language } = useWords();
  const most = fullest(days);
  const day = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric' });
  return (
    <div className="heatmap">
      <span />
      {Array.from({ length: 24 }, (_, hour) => (
        <span key={pad(hour)}>{pad(hour)}</span>
      ))}
      {days.map(({ atMs, cells }) => (
        <Fragment key={atMs}>
          <span data-day>{day.format(new Date(atMs))}</span>
          {cells.map((cell, hour) => {
            if (!cell) return <span key={`${atMs} ${pad(hour)}`} />;
            const heat = heatOf(cell.starts, most?.starts ?? 0);
            const bad = cell.bad > 0 ? `, ${t('heatmap.bad', { count: cell.bad })}` : '';
            const label = `${localTime(new Date(cell.atMs).toISOString()).slice(0, 16)}: ${t('heatmap.starts', { count: Math.round(cell.starts) })}${bad}`;
            return (
              <Link
                key={cell.atMs}
                {...linkOf(cell.atMs)}
                replace
                resetScroll={false}
                style={{ '--heat': heat } as React.CSSProperties}
                data-hot={heat > hot || undefined}
                data-bad={cell.bad > 0 || undefined}
                data-most={(most && cell.atMs === most.atMs) || undefined}
                aria-current={cell.atMs === chosenMs || undefined}
                aria-label={label}
                title={label}
              >
                {cell.starts > 0 ? shortCount(cell.starts) : ''}
              </Link>
            );
          })}
        </Fragment>
      ))}
    </div>
  );
}
