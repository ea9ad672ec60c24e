import classes from './bars.module.css';

export interface Bar {
  readonly key: string;
  readonly value: number;
  /** Part of the value that stands out. */
  readonly bad?: number;
  readonly title: string;
}

/** A row of bars over time. The numbers stand in each bar's title, and in `label` for who does not see them. */
export function Bars({ bars, label, from, to }: { bars: readonly Bar[]; label: string; from: string; to: string }) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <figure className={classes.figure} aria-label={label}>
      <div className={classes.bars} aria-hidden>
        {bars.map(({ key, value, bad = 0, title }) => (
          <div key={key} className={classes.slot} title={title}>
            <div className={classes.good} style={{ height: `${(100 * (value - bad)) / most}%` }} />
            <div className={classes.bad} style={{ height: `${(100 * bad) / most}%` }} />
          </div>
        ))}
      </div>
      <figcaption className={classes.caption}>
        <span>{from}</span>
        <span>{label}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  );
}
