import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { query } from '../../lib/api.js';
import { type Box, placeCard } from './place-card.js';
import { Spotlight } from './spotlight.js';
import './tour.css';
import { TourCard } from './tour-card.js';
import { loadTourFacts } from './tour-facts.js';
import { keepTourOutcome } from './tour-memory.js';
import { type Begun, endTour } from './tour-state.js';
import { planTour, type TourStep } from './tour-steps.js';
import { useSight, windowSize } from './use-sight.js';

interface Props {
  readonly begun: Begun;
  /** The menu of a phone goes from before the pages. */
  readonly onBegin: () => void;
}

/** The places that matter, one after the other, over the pages themselves. */
export function Tour({ begun, onBegin }: Props) {
  const [steps, setSteps] = useState<readonly TourStep[]>();
  useEffect(() => {
    let isWanted = true;
    onBegin();
    void loadTourFacts(windowSize().width).then((facts) => isWanted && setSteps(planTour(facts)));
    return () => {
      isWanted = false;
    };
  }, [onBegin]);
  return steps ? <Walk steps={steps} begun={begun} /> : null;
}

function Walk({ steps, begun }: { steps: readonly TourStep[]; begun: Begun }) {
  const router = useRouter();
  const [origin] = useState(() => router.state.location.href);
  const [at, setAt] = useState(0);
  const { data: me } = useQuery(query(sessionRoutes.me, {}));
  const end = (outcome: 'done' | 'left') => {
    if (me) keepTourOutcome(me.name, outcome);
    endTour();
    if (outcome === 'done') void router.navigate({ href: origin });
  };
  const go = (by: 1 | -1) => (at + by < steps.length ? setAt(Math.max(0, at + by)) : end('done'));
  // The browser's own way back leads to the step before; another page is where the reader would rather be.
  const onAway = (path: string) => {
    const before = steps.findIndex(({ place }) => place && router.buildLocation(place).pathname === path);
    if (before >= 0 && before <= at) setAt(before);
    else end('left');
  };
  const sight = useSight(steps[at] as TourStep, onAway);
  if (sight === null) return null;
  return <Stage {...sight} at={steps.indexOf(sight.step)} count={steps.length} begun={begun} onGo={go} onEnd={end} />;
}

interface StageProps {
  readonly step: TourStep;
  readonly lit: Box | null;
  readonly way: Box | null;
  readonly at: number;
  readonly count: number;
  readonly begun: Begun;
  readonly onGo: (by: 1 | -1) => void;
  readonly onEnd: (outcome: 'left') => void;
}

/**
 * The browser's own modal dialog over the whole window: what lies behind is shown and cannot be reached, the tab key stays
 * inside, and Escape leaves (WAI-ARIA, dialog (modal) pattern).
 */
function Stage({ step, lit, way, at, count, begun, onGo, onEnd }: StageProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const view = windowSize();
  // Before it is placed: what is not shown has no size.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // The browser would choose the cross, which is the first.
    shown?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => {
      shown?.close();
      giveBack(begun.opener);
    };
  }, [begun]);
  // Its height is known when it is there; before the eye sees it, it stands where it should.
  useLayoutEffect(() => {
    const shown = card.current;
    if (!shown) return;
    const { left, top } = placeCard(lit, { width: shown.offsetWidth, height: shown.offsetHeight }, view);
    shown.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
    // “Back” is gone in the first step.
    if (!shown.contains(document.activeElement)) shown.querySelector<HTMLElement>('[data-autofocus]')?.focus();
  });
  const onKeyDown = (event: KeyboardEvent) => {
    // Who tries what the last step speaks of goes on with it: the keys of every page answer.
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') onEnd('left');
    if (event.key === 'Tab') stayInside(event, card.current);
    if (event.key === 'ArrowRight' && at < count - 1) onGo(1);
    if (event.key === 'ArrowLeft' && at > 0) onGo(-1);
  };
  return (
    <dialog
      ref={dialog}
      className="tour"
      aria-modal
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      data-lit={lit !== null}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        onEnd('left');
      }}
    >
      <Spotlight lit={lit} way={way} view={view} />
      <div ref={card} className="tour-card">
        <TourCard id={id} subject={step.subject} at={at} count={count} onGo={onGo} onLeave={() => onEnd('left')} />
      </div>
    </dialog>
  );
}

/** The page behind cannot be reached; without this the key would go on to the browser's own bars. */
function stayInside(event: KeyboardEvent, card: HTMLElement | null): void {
  const stops = [...(card?.querySelectorAll<HTMLElement>('button') ?? [])];
  const [edge, next] = event.shiftKey ? [stops.at(0), stops.at(-1)] : [stops.at(-1), stops.at(0)];
  if (document.activeElement !== edge) return;
  event.preventDefault();
  next?.focus();
}

/** The focus, to what was pressed before; where that is gone, to the page. */
function giveBack(opener: HTMLElement | null): void {
  const target = opener?.isConnected && opener !== document.body ? opener : document.getElementById('main');
  target?.focus({ preventScroll: true });
}
