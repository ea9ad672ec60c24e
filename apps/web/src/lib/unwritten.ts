/** Whether the field with the focus, inside of this part of the page, holds something that it has not given on yet. */
export function isUnwritten(part: Element | null): boolean {
  const at = document.activeElement;
  const isField = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement;
  return isField && part?.contains(at) === true && at.value !== at.defaultValue;
}
