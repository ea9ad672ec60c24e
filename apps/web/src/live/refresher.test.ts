import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askAgainMs, refresher } from './refresher.js';

const hostsChanged = [{ topic: 'hosts' as const, hostIds: null }];

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** One question on screen, whose answers the test gives when it likes. */
function onScreen(path: string) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const asked: ((answer: string) => void)[] = [];
  const queryFn = () => new Promise<string>((done) => asked.push(done));
  const watch = new QueryObserver(client, { queryKey: [path, {}], queryFn });
  watch.subscribe(() => undefined);
  const { note, stop } = refresher(client);
  const answer = async (text: string) => {
    asked.at(-1)?.(text);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { asked, answer, note, stop, shown: () => watch.getCurrentResult().data };
}

describe('what changed on the server', () => {
  it('is asked for at once, and what comes soon after it together', async () => {
    const page = onScreen('/hosts');
    await page.answer('first');
    page.note(hostsChanged);
    await page.answer('second');
    for (let count = 0; count < 20; count += 1) page.note(hostsChanged);
    expect(page.asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(askAgainMs);
    expect(page.asked).toHaveLength(3);
    page.stop();
  });

  it('is asked for once more when an answer was under way, which may be of before it', async () => {
    const page = onScreen('/hosts');
    page.note(hostsChanged);
    await page.answer('of before the change');
    expect(page.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(askAgainMs);
    expect(page.asked).toHaveLength(2);
    await page.answer('of after it');
    expect(page.shown()).toBe('of after it');
    await vi.advanceTimersByTimeAsync(10 * askAgainMs);
    expect(page.asked).toHaveLength(2);
    page.stop();
  });

  it('is nothing to a page that does not show it', async () => {
    const page = onScreen('/incidents');
    await page.answer('first');
    page.note(hostsChanged);
    await vi.advanceTimersByTimeAsync(askAgainMs);
    expect(page.asked).toHaveLength(1);
    page.stop();
  });
});
