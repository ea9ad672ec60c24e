import { describe, expect, it } from 'vitest';
import { type AlertmanagerSilence, fromAlertmanager, toAlertmanager } from './alertmanager.js';

const alert = {
  policy: 'nightly-backups',
  job: 'nightly',
  host: 'DB-01',
  what: '',
  severity: 'high',
  labels: { role: 'db', 'app.kubernetes.io/name': 'x', '7th': 'y', empty: '' },
  text: '3 runs failed one after the other',
  runbook: 'https://wiki/nightly',
  url: 'https://carillon/incidents/42',
  firedMs: 0,
  resolvedMs: null,
};
const now = { nowMs: 60_000, staysMs: 240_000 };

describe('an alert for Alertmanager', () => {
  it('has names that it takes, and an end that must be put off', () => {
    expect(toAlertmanager(alert, now)).toEqual({
      labels: {
        alertname: 'nightly-backups',
        instance: 'DB-01',
        job: 'nightly',
        severity: 'high',
        role: 'db',
        app_kubernetes_io_name: 'x',
        _7th: 'y',
      },
      annotations: { summary: '3 runs failed one after the other', runbook_url: 'https://wiki/nightly' },
      startsAt: '1970-01-01T00:00:00.000Z',
      endsAt: '1970-01-01T00:05:00.000Z',
      generatorURL: 'https://carillon/incidents/42',
    });
    expect(toAlertmanager({ ...alert, resolvedMs: 30_000 }, now).endsAt).toBe('1970-01-01T00:00:30.000Z');
  });
});

describe('a silence of Alertmanager', () => {
  const silence: AlertmanagerSilence = {
    id: '5f1c9d0e-1c2b-4a3d-9e8f-0a1b2c3d4e5f',
    status: { state: 'active' },
    matchers: [
      { name: 'alertname', value: 'nightly-backups', isRegex: false, isEqual: true },
      { name: 'instance', value: 'DB-.*', isRegex: true },
      { name: 'role', value: 'web', isRegex: false, isEqual: false },
    ],
    startsAt: '2026-11-28T01:00:00.000Z',
    endsAt: '2026-11-28T05:00:00.000Z',
    createdBy: 'ann',
    comment: 'storage moves',
  };

  it('is one of ours, with our names', () => {
    expect(fromAlertmanager(silence)).toMatchObject({
      ok: true,
      spec: {
        name: `alertmanager-${silence.id}`,
        match: [
          { label: 'policy', sign: '=', value: 'nightly-backups' },
          { label: 'host', sign: '=~', value: 'DB-.*' },
          { label: 'role', sign: '!=', value: 'web' },
        ],
        until: '2026-11-28T05:00:00.000Z',
        reason: 'storage moves',
        author: 'ann',
      },
    });
  });

  it.each([
    ['a pattern that we cannot match', { matchers: [{ name: 'a', value: '(', isRegex: true }] }],
    ['a name that no label has', { matchers: [{ name: '', value: 'x', isRegex: false }] }],
    ['nothing to match', { matchers: [] }],
    ['strange times', { endsAt: 'soon' }],
    ['a strange id', { id: '../x' }],
  ])('with %s is left out whole', (_what, change) => {
    expect(fromAlertmanager({ ...silence, ...change })).toMatchObject({ ok: false, why: expect.any(String) });
  });
});
