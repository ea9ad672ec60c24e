/** Rows rendered beyond the edges of the box, so that scrolling finds them. */
const overscan = 10;
/** Browsers cannot make an element much taller; past it, a pixel of scrolling stands for more than a row's part. */
const mostPx = 12_000_000;

interface Box {
  readonly count: number;
  readonly rowPx: number;
  readonly scrollTop: number;
  readonly viewPx: number;
}

/** Which rows of a box that scrolls are worth rendering. @returns how far down they begin, and how tall all is, in pixels */
export function rowsInBox({ count, rowPx, scrollTop, viewPx }: Box) {
  const wholePx = count * rowPx;
  const totalPx = Math.min(wholePx, mostPx);
  const span = Math.max(1, totalPx - viewPx);
  /** Where the view begins among all rows, were they as tall as they should be. */
  const topPx = wholePx <= mostPx ? scrollTop : (Math.min(scrollTop, span) / span) * (wholePx - viewPx);
  const from = Math.min(count, Math.max(0, Math.floor(topPx / rowPx) - overscan));
  const to = Math.min(count, Math.ceil((topPx + viewPx) / rowPx) + overscan);
  return { from, to, offsetPx: Math.max(0, scrollTop - topPx + from * rowPx), totalPx };
}

/** How far to scroll so that a row stands in the middle. */
export function scrollTopOf(row: number, { count, rowPx, viewPx }: Omit<Box, 'scrollTop'>): number {
  const wholePx = count * rowPx;
  const wanted = Math.max(0, row * rowPx - viewPx / 2);
  return wholePx <= mostPx ? wanted : (wanted / (wholePx - viewPx)) * (mostPx - viewPx);
}
