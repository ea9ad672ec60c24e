import { ApiFailure } from '@carillon/contract/http/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { linkState, setLinkState } from '../live/link-state.js';
import { askPatiently, giveUpMs, patienceMs } from './ask-patiently.js';

beforeEach(() => {
  vi.useFakeTimers();
  setLinkState('live');
});
afterEach(() => vi.useRealTimers());

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))));
const answer = (value: string) => askPatiently(true, undefined, () => Promise.resolve(value));

it('says that the page may be old once nothing was answered for a while, and takes it back with the next answer', async () => {
  const asked = askPatiently(false, undefined, never);
  asked.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(patienceMs - 1);
  expect(linkState()).toBe('live');
  await vi.advanceTimersByTimeAsync(1);
  expect(linkState()).toBe('offline');
  expect(await answer('here')).toBe('here');
  expect(linkState()).toBe('live');
});

it('does not, where others were answered meanwhile', async () => {
  askPatiently(false, undefined, never).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(patienceMs / 2);
  await answer('here');
  await vi.advanceTimersByTimeAsync(patienceMs);
  expect(linkState()).toBe('live');
});

it('gives a question up in the end, and never what may have been done', async () => {
  const ends: string[] = [];
  askPatiently(true, undefined, never).catch((error: unknown) => ends.push((error as Error).name));
  askPatiently(false, undefined, never).catch(() => ends.push('act'));
  await vi.advanceTimersByTimeAsync(giveUpMs * 2);
  expect(ends).toEqual(['TypeError']);
});

it('is offline at once where it cannot be reached, and not where the server refuses', async () => {
  const refusal = new ApiFailure(409, { code: 'conflict', params: {}, message: '' });
  await expect(askPatiently(true, undefined, () => Promise.reject(refusal))).rejects.toBe(refusal);
  expect(linkState()).toBe('live');
  await expect(askPatiently(true, undefined, () => Promise.reject(new TypeError('failed')))).rejects.toThrow('failed');
  expect(linkState()).toBe('offline');
  await answer('here');
});
