import { useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { isDialogOpen } from '../../app/finder/walk.js';
import { type Box, litPart, narrowPx, scrollFor } from './place-card.js';
import type { TourStep } from './tour-steps.js';

/** What of a step is on screen. */
export interface Sight {
  readonly step: TourStep;
  /** What is spoken of; null where the page does not have it. */
  readonly lit: Box | null;
  /** The way to its page: the entry of the menu, or the button that the menu is behind. */
  readonly way: Box | null;
}

/** How long a page may take to show what is spoken of, before it is spoken of without. */
const missingMs = 4_000;
/** While a page fills up, things on it move. */
const settlingMs = 1_500;

/**
 * Goes to the page of a step, and follows with each frame where on it stands what is spoken of. Until it is there, the sight
 * of the step before remains.
 * @param onAway the reader is on another page: he went there by himself, or was kept where he is by what he typed
 * @returns null before the first
 */
export function useSight(step: TourStep, onAway: (path: string) => void): Sight | null {
  const router = useRouter();
  const [sight, setSight] = useState<Sight | null>(null);
  const tellAway = useEffectEvent(onAway);
  useEffect(() => {
    const path = step.place && router.buildLocation(step.place).pathname;
    if (step.place && router.state.location.pathname !== path) void router.navigate(step.place);
    let frame = 0;
    let askedMs = performance.now();
    let arrivedMs: number | undefined;
    let seenMs: number | undefined;
    const look = (nowMs: number) => {
      frame = requestAnimationFrame(look);
      if (path !== null && router.state.resolvedLocation?.pathname !== path) {
        // The question whether to leave what was typed takes its time.
        if (router.state.isLoading || (arrivedMs === undefined && isDialogOpen())) askedMs = nowMs;
        else if (arrivedMs !== undefined || nowMs - askedMs > missingMs) tellAway(router.state.location.pathname);
        return;
      }
      arrivedMs ??= nowMs;
      const anchor = findShown(step.anchors);
      if (anchor) seenMs ??= nowMs;
      else if (seenMs === undefined && nowMs - arrivedMs < missingMs) return;
      if (anchor && nowMs - (seenMs ?? nowMs) < settlingMs) bringIntoView(anchor);
      const next = { step, lit: anchor && litPart(boxOf(anchor), windowSize()), way: step.place && findWay() };
      setSight((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
    };
    frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [router, step]);
  return sight;
}

export const windowSize = () => ({ width: window.innerWidth, height: window.innerHeight });

function boxOf(element: Element): Box {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left: Math.round(left), top: Math.round(top), width: Math.round(width), height: Math.round(height) };
}

function findShown(selectors: readonly string[]): Element | null {
  return selectors.map((selector) => document.querySelector(selector)).find((found) => found !== null) ?? null;
}

/** Of what the frame holds, nothing has to move. */
function bringIntoView(anchor: Element): void {
  if (anchor.closest('header, nav')) return;
  const { left, right, width } = anchor.getBoundingClientRect();
  const isAside = width < window.innerWidth && (left < 0 || right > window.innerWidth);
  // In a table that is wider than a phone.
  if (isAside && window.innerWidth < narrowPx)
    anchor.scrollIntoView({ block: 'nearest', inline: 'center', behavior: 'instant' });
  const by = scrollFor(litPart(boxOf(anchor), windowSize()), windowSize());
  if (by !== 0) window.scrollBy({ top: by, behavior: 'instant' });
}

/** On a phone the menu stands beside the window. */
function findWay(): Box | null {
  for (const selector of ['nav [aria-current=page]', '[data-tour=menu]']) {
    const found = document.querySelector(selector);
    const box = found && boxOf(found);
    if (box && box.width > 0 && box.left >= 0) return box;
  }
  return null;
}
