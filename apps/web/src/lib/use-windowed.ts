import { type RefObject, useEffect, useState } from 'react';

/** Rows rendered beyond the edge of what is seen, so that scrolling and keys find them. */
const overscan = 12;

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Which rows of a long table are in view. @param rowPx all rows are as tall @param top how far the first is below the edge of the view, in pixels */
export function rowsInView(options: { count: number; rowPx: number; top: number; viewPx: number }): Window {
  const { count, rowPx, top, viewPx } = options;
  const first = Math.floor(-top / rowPx) - overscan;
  const last = Math.ceil((viewPx - top) / rowPx) + overscan;
  return { from: Math.min(count, Math.max(0, first)), to: Math.max(0, Math.min(count, last)) };
}

/** The rows of a table body that are worth rendering now; the page itself scrolls. */
export function useWindowed(body: RefObject<HTMLElement | null>, count: number, rowPx: number): Window {
  const [view, setView] = useState<Window>({ from: 0, to: Math.min(count, 40) });
  useEffect(() => {
    const look = () => {
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const next = rowsInView({ count, rowPx, top, viewPx: window.innerHeight });
      setView((now) => (now.from === next.from && now.to === next.to ? now : next));
    };
    look();
    window.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', look);
    return () => {
      window.removeEventListener('scroll', look);
      window.removeEventListener('resize', look);
    };
  }, [body, count, rowPx]);
  return view;
}
