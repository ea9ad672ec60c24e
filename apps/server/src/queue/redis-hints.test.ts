import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Hint } from './hints.js';
import { RedisHints } from './redis-hints.js';

const open: RedisHints[] = [];
afterEach(() => {
  for (const hints of open.splice(0)) hints.close();
});

function hintsAt(url: string): RedisHints {
  const hints = new RedisHints(url);
  open.push(hints);
  return hints;
}

const next = (hints: RedisHints) => new Promise<Hint>((resolve) => hints.subscribe(resolve));
const hint: Hint = { kind: 'command', hostIds: ['01a21925-e92d-7117-942a-b20463d154f8'] };

describe('hints while Redis is away', () => {
  it('reach at least the server that gives them, after its own work', async () => {
    const hints = hintsAt('redis://127.0.0.1:1');
    const heard = next(hints);
    let isDone = false;
    hints.subscribe(() => expect(isDone).toBe(true));
    hints.publish(hint);
    isDone = true;
    expect(await heard).toEqual(hint);
    expect(await hints.health()).toMatchObject({ mode: 'redis', ok: false });
  });
});

describe.skipIf(inject('redisUrl') === undefined)('hints through Redis', () => {
  it('reach every server once', async () => {
    const [one, other] = [hintsAt(inject('redisUrl') ?? ''), hintsAt(inject('redisUrl') ?? '')];
    for (const hints of [one, other]) await expect.poll(async () => (await hints.health()).ok).toBe(true);
    const heard: string[] = [];
    one.subscribe(() => heard.push('one'));
    other.subscribe(() => heard.push('other'));
    const last = { kind: 'session', hostIds: [] } as const;
    const over = Promise.all(
      [one, other].map(
        (hints) => new Promise<void>((resolve) => hints.subscribe(({ kind }) => kind === 'session' && resolve())),
      ),
    );
    one.publish(hint);
    one.publish(last);
    await over;
    expect(heard.toSorted()).toEqual(['one', 'one', 'other', 'other']);
  });
});
