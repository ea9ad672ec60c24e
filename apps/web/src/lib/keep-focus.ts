/** Marks what holds the focus in place of something that is gone; its value: whether it can have the focus only for that. */
const mark = 'data-focus-kept';
/** So many places are remembered: a dialog over a dialog over a page, and one to spare. */
const remembered = 4;
const dialogs = 'dialog, [role="dialog"]';
/** What changes where something is switched off or on, busy, or hidden. */
const looked = ['disabled', 'data-loading', 'style'];

/** Whether nothing that somebody works with has the focus: it is free for whatever is told next. */
export function isFocusFree(page: Document): boolean {
  const at = page.activeElement;
  return at === null || at === page.body || at.hasAttribute(mark);
}

/**
 * Looks after the focus on a page. Where what had it is gone, such as the row of what was deleted or a button that another one
 * stands in for, who works by keyboard goes on from what stood around it, and after a dialog from what had opened it; never
 * from the top of the document. One for the whole app: nothing else has to call anything. @returns ends it
 */
export function watchFocus(page: Document): () => void {
  /** What has the focus, or had it until it was lost; undefined where somebody left it on purpose. */
  let last: HTMLElement | undefined;
  /** The one that `last` is in. */
  let dialog: HTMLElement | null = null;
  /** What had the focus, newest first, each with what is around it. */
  let trail: HTMLElement[][] = [];
  /** What has had it last in place of `last`. */
  let stand: HTMLElement | null | undefined;
  /** Whether it goes from `last` at this moment: only afterwards it is known why. */
  let isGoing = false;

  const settle = () => {
    if (last === undefined || isGoing || !isFocusFree(page)) return;
    if (canFocus(last)) return last.focus({ preventScroll: true });
    if (page.activeElement !== page.body) return;
    // Pressed and busy: it can be used again soon, or something stands in its place.
    if (last.isConnected && last.dataset.loading) return;
    // A dialog looks after its own; while it closes, the focus goes back.
    if (dialog && canFocus(dialog)) return;
    const place = trail.flat().find(canFocus) ?? page.getElementById('main');
    if (place) standIn(place);
    stand = place;
  };
  const onFocusIn = ({ target }: Event) => {
    if (!(target instanceof HTMLElement) || target.hasAttribute(mark)) return;
    last = target;
    dialog = target.closest<HTMLElement>(dialogs);
    const before = trail.filter((places) => places[0] !== target && places.some((place) => place.isConnected));
    trail = [placesOf(target), ...before].slice(0, remembered);
  };
  const onFocusOut = ({ target }: Event) => {
    if (!(target instanceof HTMLElement)) return;
    isGoing = true;
    queueMicrotask(() => {
      isGoing = false;
      // Still there, and nothing else has it: somebody clicked beside it.
      const isOwn = target === last || target === stand;
      if (isOwn && page.activeElement === page.body && canFocus(target)) last = undefined;
      settle();
    });
  };
  page.addEventListener('focusin', onFocusIn);
  page.addEventListener('focusout', onFocusOut);
  const watch = new MutationObserver(settle);
  watch.observe(page.body, { childList: true, subtree: true, attributeFilter: looked });
  return () => {
    page.removeEventListener('focusin', onFocusIn);
    page.removeEventListener('focusout', onFocusOut);
    watch.disconnect();
  };
}

/** A control and, on the page itself, what is around it, innermost first. */
function placesOf(control: HTMLElement): HTMLElement[] {
  const main = control.closest('#main');
  const places = [control];
  for (let at = control; main !== null && at !== main && at.parentElement; places.push(at)) at = at.parentElement;
  return places;
}

const canFocus = (node: HTMLElement) =>
  node.isConnected && !node.matches(':disabled') && (node.checkVisibility?.() ?? true);

/** Gives the focus to a control, or to something around one, which can have it for as long as it does. */
function standIn(place: HTMLElement): void {
  if (place.tabIndex < 0) {
    const isLent = !place.hasAttribute('tabindex');
    if (isLent) place.tabIndex = -1;
    place.setAttribute(mark, String(isLent));
    place.addEventListener('blur', () => giveBack(place), { once: true });
  }
  place.focus({ preventScroll: true });
}

function giveBack(place: HTMLElement): void {
  if (place.getAttribute(mark) === 'true') place.removeAttribute('tabindex');
  place.removeAttribute(mark);
}
