const fields = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]';

export const isField = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.matches(fields);

/** One that was put aside is still in the page, unseen. */
export const isDialogOpen = (): boolean =>
  [...document.querySelectorAll('[role=dialog]')].some((dialog) => dialog.closest('[style*="display: none"]') === null);

/** Puts the cursor into the page's first field that can be written in. @returns false where it has none */
export function focusFilter(): boolean {
  const field = document.querySelector<HTMLInputElement>(
    'main input:is([type=text], [type=search], :not([type])):not([readonly]):not(:disabled)',
  );
  field?.focus();
  field?.select();
  return field !== null;
}

/** Goes to the next or previous row of a table: to the row itself where it takes the focus, else to its first link. */
export function walkRows(by: 1 | -1): void {
  const row = document.activeElement?.closest('main tbody tr') ?? null;
  if (row === null) {
    stops(document.querySelector('main tbody'))[0]?.focus();
    return;
  }
  const all = stops(row.parentElement);
  const at = all.findIndex((stop) => row.contains(stop));
  all[at + by]?.focus();
}

/** What each row offers to the focus; rows without anything are passed over. */
function stops(body: Element | null): HTMLElement[] {
  return [...(body?.querySelectorAll<HTMLElement>(':scope > tr') ?? [])].flatMap((row) => {
    const stop = row.hasAttribute('tabindex') ? row : row.querySelector<HTMLElement>('a[href], button');
    return stop ? [stop] : [];
  });
}
