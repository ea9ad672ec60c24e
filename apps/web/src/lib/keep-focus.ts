const drawnMs = 50;

/**
 * Where what had the focus is gone, such as the row of what was deleted, who works by keyboard goes on in the page and not
 * from the top of the document.
 */
export function keepFocus(): void {
  if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true });
}

/** What has the focus now gets it back, where it is still there once the page has been drawn anew. @returns gives it back */
export function focusKeeper(): () => void {
  const at = document.activeElement;
  return () =>
    void setTimeout(() => {
      if (at instanceof HTMLElement && at.isConnected && document.activeElement === document.body) at.focus();
      keepFocus();
    }, drawnMs);
}

/** As `keepFocus`, once a dialog has given the focus back and the page has been drawn anew. */
export function keepFocusSoon(): void {
  setTimeout(keepFocus, drawnMs);
}
