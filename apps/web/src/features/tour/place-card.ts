/** In px of the window. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
export type Size = Pick<Box, 'width' | 'height'>;

/** Below it the menu is behind a button, and the card a sheet: Mantine's `sm`. */
export const narrowPx = 768;
/** Of the frame's header, which covers what is scrolled below it. */
export const headerPx = 52;
/** Around what is spoken of. */
export const rimPx = 6;
const gapPx = 12;
const edgePx = 12;
/** Of a thing that is higher, as a long output is, only so much of the window is lit, so that the card finds room beside it. */
const litShare = 0.42;

/** What is lit of something: all of it, or its upper part, with a rim. */
export function litPart({ left, top, width, height }: Box, view: Size): Box {
  const right = Math.min(view.width - 2, left + width + rimPx);
  const from = Math.max(2, left - rimPx);
  return {
    left: from,
    top: top - rimPx,
    width: right - from,
    height: Math.min(height, view.height * litShare) + 2 * rimPx,
  };
}

/**
 * How far a page must go, so that the lit part stands well in its window: in the middle, on a phone under the header, as the
 * card is below. 0: it does already.
 */
export function scrollFor(lit: Box, view: Size): number {
  const isNarrow = view.width < narrowPx;
  const wanted = isNarrow ? headerPx + gapPx : Math.max(headerPx + gapPx, (view.height + headerPx - lit.height) / 2);
  const isInView = lit.top >= headerPx && lit.top + lit.height <= view.height - edgePx;
  if (isNarrow ? Math.abs(lit.top - wanted) <= gapPx : isInView) return 0;
  return Math.round(lit.top - wanted);
}

/** Where the card stands: beside what is lit, never on it where there is room; without anything lit in the middle. */
export function placeCard(lit: Box | null, card: Size, view: Size): Pick<Box, 'left' | 'top'> {
  const most = { left: view.width - card.width - edgePx, top: view.height - card.height - edgePx };
  if (view.width < narrowPx) return { left: (view.width - card.width) / 2, top: sheetTop(lit, most.top) };
  if (lit === null) return { left: (view.width - card.width) / 2, top: (view.height - card.height) / 2 };
  const [right, bottom] = [lit.left + lit.width + gapPx, lit.top + lit.height + gapPx];
  const [left, top] = [lit.left - card.width - gapPx, lit.top - card.height - gapPx];
  const along = { left: clamp(lit.left, edgePx, most.left), top: clamp(lit.top, headerPx, most.top) };
  if (right <= most.left) return { left: right, top: along.top };
  if (bottom <= most.top) return { left: along.left, top: bottom };
  if (top >= edgePx) return { left: along.left, top };
  if (left >= edgePx) return { left, top: along.top };
  return most;
}

/** At the bottom, unless what is lit is there and cannot be scrolled away. */
function sheetTop(lit: Box | null, bottom: number): number {
  return lit !== null && lit.top + lit.height > bottom && lit.top > edgePx ? edgePx : bottom;
}

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(value, most));
