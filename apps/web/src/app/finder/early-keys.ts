/** What was pressed longer ago was meant for something else. */
const freshMs = 10_000;
const most = 64;

const early: KeyboardEvent[] = [];

function keep(event: KeyboardEvent): void {
  if (event.isComposing || location.pathname === '/sign-in') return;
  if (event.target instanceof HTMLElement && event.target.matches('input, textarea, select')) return;
  // Else the browser goes to its own search meanwhile, and every letter after it.
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') event.preventDefault();
  if (early.length < most) early.push(event);
}

/** Keeps the keys that are pressed while the code that answers them is still on its way. */
export const keepEarlyKeys = () => document.addEventListener('keydown', keep);

/** Those of the last seconds, in their order; no more are kept then. @param nowMs on the clock of events */
export function takeEarlyKeys(nowMs: number): KeyboardEvent[] {
  document.removeEventListener('keydown', keep);
  return early.splice(0).filter(({ timeStamp }) => nowMs - timeStamp < freshMs);
}
