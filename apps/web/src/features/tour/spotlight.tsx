import type { Box, Size } from './place-card.js';

interface Props {
  readonly lit: Box | null;
  readonly way: Box | null;
  readonly view: Size;
}

const round = 8;

/** The page in the shade, but for what is spoken of and the way there. */
export function Spotlight({ lit, way, view: { width, height } }: Props) {
  const holes = [lit, way].filter((box) => box !== null);
  return (
    <svg className="tour-shade" width={width} height={height} aria-hidden>
      <path fillRule="evenodd" d={`M0 0H${width}V${height}H0Z${holes.map(outline).join('')}`} />
      {lit && <rect x={lit.left} y={lit.top} width={lit.width} height={lit.height} rx={round} />}
    </svg>
  );
}

/** A box with round corners, as a path. */
function outline({ left, top, width, height }: Box): string {
  const r = Math.min(round, width / 2, height / 2);
  const corner = (x: number, y: number) => `a${r} ${r} 0 0 1 ${x * r} ${y * r}`;
  const [across, down] = [width - 2 * r, height - 2 * r];
  return `M${left + r} ${top}h${across}${corner(1, 1)}v${down}${corner(-1, 1)}h${-across}${corner(-1, -1)}v${-down}${corner(1, -1)}Z`;
}
