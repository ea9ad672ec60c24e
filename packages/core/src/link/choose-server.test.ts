import { describe, expect, it } from 'vitest';
import { nextServer, type TryEnd } from './choose-server.js';

const failed: TryEnd = { place: 0, opened: false, code: 'ECONNREFUSED', isLeft: false };

describe('the next address', () => {
  it.each<[string, Partial<TryEnd>, { place: number; wait: boolean }]>([
    ['the second when the first does not answer', {}, { place: 1, wait: false }],
    ['the first, after a wait, when none answers', { place: 1 }, { place: 0, wait: true }],
    ['the second when the first is full', { code: 'http_503' }, { place: 1, wait: false }],
    ['the first after a refusal by the centre itself', { code: 'revoked' }, { place: 0, wait: true }],
    [
      'the first after a session with the second',
      { place: 1, opened: true, code: undefined },
      { place: 0, wait: true },
    ],
    ['the first at once when it answers again', { place: 1, opened: true, isLeft: true }, { place: 0, wait: false }],
  ])('%s', (_name, end, expected) => {
    expect(nextServer({ ...failed, ...end }, 2)).toEqual(expected);
  });

  it('is the only one there is, after a wait', () => {
    expect(nextServer(failed, 1)).toEqual({ place: 0, wait: true });
  });
});
