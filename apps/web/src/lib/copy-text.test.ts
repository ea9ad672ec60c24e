import { expect, it, vi } from 'vitest';
import { copyText } from './copy-text.js';

it('copies also where the browser has no clipboard for the page, as by plain http', async () => {
  const copied: string[] = [];
  const execCommand = vi.fn(() => {
    const field = document.querySelector('textarea');
    copied.push(field?.value.slice(field.selectionStart, field.selectionEnd) ?? '');
    return true;
  });
  Object.assign(document, { execCommand });
  vi.stubGlobal('navigator', {});
  expect(await copyText('secret', null)).toBe(true);
  expect(copied).toEqual(['secret']);
  expect(document.querySelector('textarea')).toBeNull();
  execCommand.mockReturnValue(false);
  expect(await copyText('secret', null)).toBe(false);
  vi.unstubAllGlobals();
});
