import { type PointerEvent, useLayoutEffect, useRef } from 'react';

/** A pointer that moved less than this clicked. */
const clickPx = 5;

/**
 * Dragging sideways. The picture follows through a CSS variable, so that nothing is drawn anew until the pointer is let go.
 * @param onEnd how far it went, in pixels to the right
 */
export function usePan(root: { readonly current: HTMLElement | null }, onEnd: (px: number) => void) {
  const start = useRef<{ id: number; x: number; moved: boolean } | null>(null);
  const wasDragged = useRef(false);
  const show = (px: number) => root.current?.style.setProperty('--pan', `${px}px`);
  // What is drawn anew stands where it was dragged to.
  useLayoutEffect(() => {
    if (!start.current?.moved) show(0);
  });
  const finish = (px: number) => {
    const moved = start.current?.moved === true;
    start.current = null;
    if (root.current) delete root.current.dataset.dragging;
    if (moved) onEnd(px);
  };
  return {
    /** Whether the click that follows is the end of a drag. */
    wasDragged: () => wasDragged.current,
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        wasDragged.current = false;
        if (event.button === 0) start.current = { id: event.pointerId, x: event.clientX, moved: false };
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const from = start.current;
        if (!from || from.id !== event.pointerId) return;
        const px = event.clientX - from.x;
        if (!from.moved && Math.abs(px) < clickPx) return;
        if (!from.moved) event.currentTarget.setPointerCapture?.(event.pointerId);
        from.moved = true;
        wasDragged.current = true;
        if (root.current) root.current.dataset.dragging = '';
        show(px);
      },
      onPointerUp: (event: PointerEvent) => {
        if (start.current) finish(event.clientX - start.current.x);
      },
      onPointerCancel: () => {
        show(0);
        start.current = null;
      },
    },
  };
}
