import { useMemo } from 'react';
import { encode } from 'uqr';

/** Light squares around it, as cameras need them (ISO/IEC 18004). */
const quiet = 4;

interface Props {
  readonly text: string;
  /** What it is, for who does not see it. */
  readonly label: string;
}

/** A text for a camera: dark on light in every colour scheme, since many cameras read nothing else. */
export function QrPicture({ text, label }: Props) {
  const { data, size } = useMemo(() => encode(text, { border: quiet }), [text]);
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])));
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      width={200}
      height={200}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={squares.join('')} fill="#000" />
    </svg>
  );
}
