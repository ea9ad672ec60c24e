import type { RunState } from '@carillon/core/state/states';

/** What can be drawn: states of runs, and expected runs that did not happen. */
export type Look = RunState | 'missed' | 'host_unknown' | 'coming';

const color = (name: string, shade = 6) => `var(--mantine-color-${name}-${shade})`;

interface Style {
  readonly fill: string;
  readonly edge: string;
  readonly isDashed?: true;
}

/** Each has a shape or a pattern of its own, so that colour is not the only sign. */
export const looks: Record<Look, Style> = {
  succeeded: { fill: color('teal'), edge: color('teal', 7) },
  warning: { fill: 'url(#look-warning)', edge: color('yellow', 7) },
  failed: { fill: 'url(#look-failed)', edge: color('red', 8) },
  timed_out: { fill: 'url(#look-timed_out)', edge: color('red', 8) },
  killed: { fill: 'url(#look-killed)', edge: color('grape', 8) },
  indeterminate: { fill: 'url(#look-indeterminate)', edge: color('orange', 8) },
  running: { fill: 'url(#look-running)', edge: color('blue', 7) },
  waiting: { fill: 'transparent', edge: color('cyan', 7), isDashed: true },
  skipped: { fill: 'transparent', edge: color('gray'), isDashed: true },
  missed: { fill: 'var(--mantine-color-body)', edge: color('red', 7) },
  host_unknown: { fill: 'var(--mantine-color-body)', edge: color('gray') },
  coming: { fill: 'var(--mantine-color-body)', edge: 'var(--mantine-primary-color-filled)' },
};

/** The patterns that bars are filled with; once on a page. */
export function LookPatterns() {
  return (
    <svg width="0" height="0" className="timeline-patterns" aria-hidden>
      <defs>
        <Pattern id="look-failed" back={color('red')} size={7} d="M-1,1 l2,-2 M0,7 l7,-7 M6,8 l2,-2" />
        <Pattern id="look-timed_out" back={color('red')} size={5} d="M2.5,0 v5" />
        <Pattern id="look-killed" back={color('grape')} size={6} d="M0,0 l6,6 M6,0 l-6,6" />
        <Pattern id="look-indeterminate" back={color('orange')} size={6} d="M0,1.5 h3 M3,4.5 h3" width={3} />
        <Pattern
          id="look-warning"
          back={color('yellow', 5)}
          size={5}
          d="M1.5,2.5 h2"
          width={2}
          front="rgb(0 0 0 / 55%)"
        />
        <Pattern
          id="look-paused"
          back="var(--mantine-color-default-hover)"
          size={8}
          d="M0,8 l8,-8"
          width={1}
          front="var(--mantine-color-dimmed)"
        />
        <Pattern id="look-running" back={color('blue')} size={8} d="M0,0 l4,4 l-4,4" />
      </defs>
    </svg>
  );
}

interface PatternProps {
  readonly id: string;
  readonly back: string;
  readonly size: number;
  readonly d: string;
  readonly width?: number;
  readonly front?: string;
}

function Pattern({ id, back, size, d, width = 1.5, front = 'rgb(255 255 255 / 75%)' }: PatternProps) {
  return (
    <pattern id={id} width={size} height={size} patternUnits="userSpaceOnUse">
      <rect width={size} height={size} fill={back} />
      <path d={d} stroke={front} strokeWidth={width} fill="none" />
    </pattern>
  );
}

interface ShapeProps {
  readonly look: Look;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A bar, or for what did not run a diamond, for what comes a circle around the middle of its left edge. */
export function Shape({ look, x, y, width, height }: ShapeProps) {
  const { fill, edge, isDashed } = looks[look];
  const paint = { fill, stroke: edge, strokeWidth: 1, ...(isDashed ? { strokeDasharray: '3 2' } : {}) };
  const middle = y + height / 2;
  if (look === 'coming') return <circle cx={x} cy={middle} r={3.5} {...paint} strokeWidth={1.6} />;
  if (look === 'missed' || look === 'host_unknown') {
    const sign = look === 'missed' ? 'm-2.2,-2.2 l4.4,4.4 m0,-4.4 l-4.4,4.4' : 'm-2.4,0 h4.8';
    return (
      <g strokeWidth={1.5} stroke={edge}>
        <path d={`M${x},${middle - 7} l7,7 l-7,7 l-7,-7 z`} fill={fill} />
        <path d={`M${x},${middle} ${sign}`} fill="none" />
      </g>
    );
  }
  return <rect x={x + 0.5} y={y + 0.5} width={Math.max(1, width - 1)} height={height - 1} rx={2} {...paint} />;
}
