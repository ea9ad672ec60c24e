import { expect, it } from 'vitest';
import { consoleCodePage } from './console-code-page.js';

const answer =
  '\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage\r\n    OEMCP    REG_SZ    850\r\n\r\n';

it('is what the registry says', () => {
  expect(consoleCodePage('win32', () => answer)).toBe(850);
});

it('is unknown off Windows and when the registry does not say', () => {
  expect(consoleCodePage('linux', () => answer)).toBeUndefined();
  expect(consoleCodePage('win32', () => '    ACP    REG_SZ    1252')).toBeUndefined();
  expect(
    consoleCodePage('win32', () => {
      throw new Error('no reg');
    }),
  ).toBeUndefined();
});
