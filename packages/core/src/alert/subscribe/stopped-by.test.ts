import { expect, it } from 'vitest';
import { endpointGivenUpMs } from '../deliver/breaker.js';
import { stoppedBy } from './stopped-by.js';

const nowMs = Date.parse('2026-11-28T12:00:00Z');
const away = { kind: 'retry', code: 'unreachable', message: 'no answer' } as const;

it('stops for an endpoint that is gone, whether or not it worked before', () => {
  const gone = { kind: 'refused', code: 'http_410', message: '410', gone: true } as const;
  expect(stoppedBy(gone, null, nowMs)).toMatchObject({ code: 'gone' });
});

it('stops for one that has failed for days, and says how many and what it said last', () => {
  expect(stoppedBy(away, nowMs - endpointGivenUpMs, nowMs)).toBeNull();
  const reason = stoppedBy(away, nowMs - endpointGivenUpMs - 1, nowMs);
  expect(reason).toMatchObject({ code: 'failing', figures: { days: 5 }, text: expect.stringContaining('no answer') });
});

it('goes on after an attempt that worked, and after a refusal by one that did', () => {
  expect(stoppedBy({ kind: 'sent' }, nowMs - 2 * endpointGivenUpMs, nowMs)).toBeNull();
  expect(stoppedBy({ kind: 'refused', code: 'http_400', message: '400' }, null, nowMs)).toBeNull();
});
