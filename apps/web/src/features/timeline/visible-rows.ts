/** Rows above and below what is seen, so that scrolling shows no empty ones. */
const overscan = 4;

export interface Visible {
  readonly first: number;
  /** After the last one. */
  readonly end: number;
}

/** Which rows of one height are seen through a window that stands at `scrollTop`. Lengths in pixels. */
export function visibleRows(
  count: number,
  rowHeight: number,
  { scrollTop, height }: { scrollTop: number; height: number },
): Visible {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan);
  return { first: Math.min(first, end), end };
}

/** The parts of a list, by their first row, that hold some rows. */
export function partsOf({ first, end }: Visible, size: number): number[] {
  const parts: number[] = [];
  for (let offset = Math.floor(first / size) * size; offset === 0 || offset < end; offset += size) parts.push(offset);
  return parts;
}
