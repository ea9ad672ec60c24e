import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Of a row of output, as app.css has it. */
export const rowPx = 20;
/** How near to the end still counts as being there, in pixels. */
const nearEnd = 40;
/** Characters of the probe whose width tells that of one. */
export const probeCharacters = 100;

/**
 * The box that output scrolls in: how many columns it has, what of it is in view, and whether it keeps its end in view.
 * It does until the reader scrolls up, and again when he comes back to the end.
 * @param rows grows while a program writes
 */
export function useOutputBox(rows: number, follows: boolean, setFollows: (follows: boolean) => void) {
  const box = useRef<HTMLDivElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const seen = useRef(0);
  const [scrollTop, setScrollTop] = useState(0);
  const [viewPx, setViewPx] = useState(600);
  const [columns, setColumns] = useState(120);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      const characterPx = (probe.current?.getBoundingClientRect().width ?? 0) / probeCharacters;
      if (element.clientHeight > 0) setViewPx(element.clientHeight);
      if (characterPx > 0) setColumns(Math.max(10, Math.floor((element.clientWidth - 24) / characterPx)));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width makes other rows, and another end
  useLayoutEffect(() => {
    if (follows && rows > 0 && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [rows, follows, columns]);
  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const { scrollTop: now, scrollHeight, clientHeight } = element;
    if (scrollHeight - now - clientHeight < nearEnd) setFollows(true);
    else if (now < seen.current - 1) setFollows(false);
    seen.current = now;
    setScrollTop(now);
  }, [setFollows]);
  return { box, probe, scrollTop, viewPx, columns, onScroll };
}
