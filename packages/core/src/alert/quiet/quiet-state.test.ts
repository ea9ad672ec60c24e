import { describe, expect, it } from 'vitest';
import { maintenanceWindowFileSchema } from '../documents/maintenance-window.schema.js';
import { silenceFileSchema } from '../documents/silence.schema.js';
import { quietStateAt } from './quiet-state.js';

const at = (text: string) => Date.parse(text);
const silence = (times: object) =>
  ({
    kind: 'Silence',
    spec: silenceFileSchema.parse({ kind: 'Silence', name: 's', match: 'env=prod', reason: 'x', ...times }),
  }) as const;
const window = (times: object) =>
  ({
    kind: 'MaintenanceWindow',
    spec: maintenanceWindowFileSchema.parse({ kind: 'MaintenanceWindow', name: 'w', ...times }),
  }) as const;

describe('the state of planned quiet', () => {
  it.each([
    ['2026-11-27T07:59:59Z', 'coming'],
    ['2026-11-27T08:00:00Z', 'active'],
    ['2026-11-27T09:00:00Z', 'over'],
  ])('of a silence from eight to nine at %s is %s', (now, state) => {
    const times = { from: '2026-11-27T08:00Z', until: '2026-11-27T09:00Z' };
    expect(quietStateAt(silence(times), at(now))).toEqual({
      state,
      fromMs: at('2026-11-27T08:00:00Z'),
      untilMs: at('2026-11-27T09:00:00Z'),
    });
  });

  it('of a window that recurs is about the time that is open, or else the next', () => {
    const nightly = window({ cron: '0 2 * * *', for: '2h', until: '2026-11-28T00:00Z' });
    expect(quietStateAt(nightly, at('2026-11-27T03:00:00Z'))).toEqual({
      state: 'active',
      fromMs: at('2026-11-27T02:00:00Z'),
      untilMs: at('2026-11-27T04:00:00Z'),
    });
    expect(quietStateAt(nightly, at('2026-11-26T05:00:00Z'))).toMatchObject({ state: 'coming' });
    expect(quietStateAt(nightly, at('2026-11-27T05:00:00Z'))).toEqual({
      state: 'over',
      fromMs: null,
      untilMs: at('2026-11-28T00:00:00Z'),
    });
  });
});
