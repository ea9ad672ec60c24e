/**
 * Where what had the focus is gone, such as the row of what was deleted, who works by keyboard goes on in the page and not
 * from the top of the document.
 */
export function keepFocus(): void {
  if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true });
}

/** The same once a dialog has given the focus back and the page has been drawn anew. */
export function keepFocusSoon(): void {
  setTimeout(keepFocus, 50);
}
