/**
 * Puts a text on the clipboard. Pages that are served by plain http have no clipboard of the browser's newer kind; there
 * the text is marked in a field and copied as by the key.
 * @param beside gets the focus back; the field stands beside it, since a dialog takes the focus from what is outside
 * @returns whether it is there
 */
export async function copyText(text: string, beside: HTMLElement | null): Promise<boolean> {
  try {
    if (!('clipboard' in navigator)) return copyMarked(text, beside);
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyMarked(text, beside);
  }
}

function copyMarked(text: string, beside: HTMLElement | null): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  Object.assign(field.style, { position: 'fixed', top: '0', opacity: '0' });
  (beside?.parentElement ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand?.('copy') ?? false;
  field.remove();
  beside?.focus();
  return isCopied;
}
