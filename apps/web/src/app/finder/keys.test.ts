import { describe, expect, it } from 'vitest';
import { readKey } from './keys.js';

const plain = { ctrlKey: false, metaKey: false, altKey: false };
const calm = { isLed: false, isTyping: false, letters: true };
const press = (key: string, more: object = {}, around: object = {}) =>
  readKey({ ...plain, key, ...more }, { ...calm, ...around });

describe('keys', () => {
  it('find with Ctrl or Cmd and K, also in a field and where letters are switched off', () => {
    for (const more of [{ ctrlKey: true }, { metaKey: true }])
      for (const around of [{}, { isTyping: true }, { letters: false }])
        expect(press('k', more, around)).toEqual({ kind: 'find' });
    expect(press('K', { ctrlKey: true })).toEqual({ kind: 'find' });
    expect(press('k', { ctrlKey: true, altKey: true })).toBeNull();
  });

  it('lead to a page after g, and mean something else alone', () => {
    expect(press('g')).toEqual({ kind: 'lead' });
    expect(press('j', {}, { isLed: true })).toEqual({ kind: 'go', to: '/jobs' });
    expect(press('j')).toEqual({ kind: 'row', by: 1 });
    expect(press('x', {}, { isLed: true })).toBeNull();
    expect(press('constructor', {}, { isLed: true })).toBeNull();
  });

  it('are the field’s own in a field, the browser’s with Ctrl, and nobody’s where letters are off', () => {
    for (const key of ['g', 'j', 'k', '/', '?']) {
      expect(press(key, {}, { isTyping: true })).toBeNull();
      expect(press(key, {}, { letters: false })).toBeNull();
      if (key !== 'k') expect(press(key, { ctrlKey: true })).toBeNull();
    }
  });
});
