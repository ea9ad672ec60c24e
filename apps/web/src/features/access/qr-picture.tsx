import { useMemo } from 'react';
import { qrCode } from './qr-code.js';

const quiet = 4;

interface Props {
  readonly text: string;
  /** What it is, for who does not see it. */
  readonly label: string;
}

/** A text for a camera: dark on light in every colour scheme, since many cameras read nothing else. */
export function QrPicture({ text, label }: Props) {
  const rows = useMemo(() => qrCode(text), [text]);
  // Of a very long name; the key stands below it too.
  if (!rows) return null;
  const side = rows.length + 2 * quiet;
  const squares = rows.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? `M${x + quiet} ${y + quiet}h1v1h-1z` : [])),
  );
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${side} ${side}`}
      width={200}
      height={200}
      shapeRendering="crispEdges"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={squares.join('')} fill="#000" />
    </svg>
  );
}
