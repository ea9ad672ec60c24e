import { Link, type LinkProps } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import classes from './bars.module.css';

export interface Bar {
  readonly key: string;
  readonly value: number;
  /** Part of the value that stands out. */
  readonly bad?: number;
  readonly title: string;
  /** The list of what was counted. */
  readonly link?: Pick<LinkProps, 'to' | 'search'>;
}

const steps: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

interface Props {
  readonly bars: readonly Bar[];
  readonly label: string;
  readonly from: string;
  readonly to: string;
}

/**
 * A row of bars over time. The numbers stand in each bar's title, and in `label` for who does not see them. Bars that
 * lead somewhere are one stop of the tab key; arrows move among them.
 */
export function Bars({ bars, label, from, to }: Props) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const linked = bars.filter(({ link, value }) => link && value > 0);
  const [active, setActive] = useState<string>();
  const stop = linked.some(({ key }) => key === active) ? active : linked.at(-1)?.key;
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const index = linked.findIndex(({ key }) => key === stop) + step;
    const next = linked[Math.min(linked.length - 1, Math.max(0, index))];
    setActive(next?.key);
    event.currentTarget.querySelector<HTMLElement>(`[data-bar="${next?.key}"]`)?.focus();
  };
  return (
    <figure className={classes.figure} aria-label={label}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the links inside */}
      <div className={classes.bars} onKeyDown={move} {...(linked.length === 0 ? { 'aria-hidden': true } : {})}>
        {bars.map(({ key, value, bad = 0, title, link }) => {
          const parts = (
            <>
              <span className={classes.good} style={{ height: `${(100 * (value - bad)) / most}%` }} />
              <span className={classes.bad} style={{ height: `${(100 * bad) / most}%` }} />
            </>
          );
          return link && value > 0 ? (
            <Link
              key={key}
              {...link}
              className={classes.slot}
              title={title}
              aria-label={title}
              data-bar={key}
              tabIndex={key === stop ? 0 : -1}
              onFocus={() => setActive(key)}
            >
              {parts}
            </Link>
          ) : (
            <div key={key} className={classes.slot} title={title}>
              {parts}
            </div>
          );
        })}
      </div>
      <figcaption className={classes.caption}>
        <span>{from}</span>
        <span>{label}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  );
}
