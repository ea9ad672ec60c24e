import { describe, expect, it } from 'vitest';
import type { SilenceSpec } from '../documents/silence.schema.js';
import { type MutableAlert, muteOf, previewMute, type QuietFacts } from './mute.js';

const now = Date.parse('2026-11-27T12:00:00Z');
const facts: QuietFacts = { silences: [], windows: [], offlineHosts: new Map(), ownFault: null };
const alert: MutableAlert = { condition: 'consecutiveFailures', hostId: 'h1', labels: { host: 'db-1', job: 'etl' } };
const silence: SilenceSpec = {
  name: 's',
  description: '',
  match: [{ label: 'host', sign: '=~', value: 'db-.*' }],
  from: '2026-11-27T11:00:00.000Z',
  until: '2026-11-27T13:00:00.000Z',
  reason: 'disk swap',
  author: 'anna',
};

describe('why nobody is told', () => {
  it('a host that is offline explains what was not heard from it, and nothing else', () => {
    const offline = { ...facts, offlineHosts: new Map([['h1', 'db-1']]) };
    expect(muteOf({ ...alert, condition: 'missed' }, offline, now)).toMatchObject({
      stage: 'inhibit',
      reason: { code: 'host_offline' },
      untilMs: null,
    });
    expect(muteOf({ ...alert, condition: 'missed', hostId: 'h2' }, offline, now)).toBeNull();
    expect(muteOf(alert, offline, now)).toBeNull();
    // It would explain itself away.
    expect(muteOf({ ...alert, condition: 'hostOffline' }, offline, now)).toBeNull();
  });

  it('a fault of ours explains every silence, that of a host too', () => {
    const broken = { ...facts, ownFault: { part: 'ingest', text: 'the database is full' } };
    expect(muteOf({ ...alert, condition: 'hostOffline' }, broken, now)?.reason.code).toBe('own_fault');
    expect(muteOf({ ...alert, condition: 'noSuccessFor' }, broken, now)?.reason.code).toBe('own_fault');
    expect(muteOf(alert, broken, now)).toBeNull();
  });

  it('a silence by labels, with its end, author and reason', () => {
    const quiet = { ...facts, silences: [silence] };
    expect(muteOf(alert, quiet, now)).toEqual({
      stage: 'silence',
      reason: {
        code: 'silence',
        text: 'silence s by anna until 2026-11-27T13:00:00.000Z: disk swap',
        figures: { silence: 's', until: '2026-11-27T13:00:00.000Z', author: 'anna' },
      },
      untilMs: now + 3_600_000,
    });
    expect(muteOf(alert, quiet, now + 3_600_000)).toBeNull();
    expect(muteOf(alert, quiet, now - 3_600_001)).toBeNull();
    expect(muteOf({ ...alert, labels: { host: 'web-1' } }, quiet, now)).toBeNull();
  });

  it('previews what would be muted now, and matchers that fit nothing', () => {
    const match = [...silence.match, { label: 'env', sign: '=' as const, value: 'prod' }];
    const alerts = [alert, { ...alert, labels: { host: 'web-1' } }];
    expect(previewMute({ kind: 'Silence', spec: silence }, alerts, now)).toEqual({
      muted: [alert],
      total: 2,
      idle: [],
      until: silence.until,
    });
    expect(previewMute({ kind: 'Silence', spec: { ...silence, match } }, alerts, now)).toMatchObject({
      muted: [],
      idle: ['env=prod'],
    });
  });
});
