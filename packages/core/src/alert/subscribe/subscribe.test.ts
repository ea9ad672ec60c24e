import { describe, expect, it } from 'vitest';
import { eventBody } from './event-body.js';
import { incidentEventOf, type SeenIncident } from './incident-event.js';
import { wants } from './subscription.js';
import { subscriptionEvents } from './subscription-events.js';

describe('a subscription', () => {
  const about = [
    { job: 'Nightly', host: 'db-01', env: 'prod', severity: 'high' },
    { job: 'Nightly', host: 'db-02', env: 'test', severity: 'high' },
  ];

  it.each([
    [[], true],
    [['job=nightly'], true],
    [['host=db-02'], true],
    [['host=db-01', 'env=prod'], true],
    // Both have to fit the same alert.
    [['host=db-01', 'env=test'], false],
    [['severity=~medium|high'], true],
    [['severity=low'], false],
    [['unreadable'], false],
  ])('with %j', (match, wanted) => {
    expect(wants({ events: [...subscriptionEvents], match }, 'incident.opened', about)).toBe(wanted);
  });

  it('hears of what it asked for', () => {
    expect(wants({ events: ['run.failed'], match: [] }, 'incident.opened', about)).toBe(false);
    expect(wants({ events: ['run.failed'], match: ['severity=high'] }, 'run.failed', [{ job: 'x' }])).toBe(false);
  });
});

describe('a change of an incident', () => {
  const seen = (state: SeenIncident['state'], shown = ''): SeenIncident => ({ state, shown });

  it.each([
    ['is new', null, seen('firing'), false, 'incident.opened'],
    ['opens again', seen('resolved'), seen('firing'), false, 'incident.opened'],
    ['is over', seen('acked'), seen('resolved'), true, 'incident.resolved'],
    ['is acknowledged', seen('firing', 'a'), seen('acked', 'b'), false, 'incident.updated'],
    ['is looked at', seen('firing', 'a'), seen('firing', 'a'), false, null],
    ['is noted', seen('firing', 'a'), seen('firing', 'a'), true, 'incident.updated'],
    ['is noted after its end', seen('resolved', 'a'), seen('resolved', 'a'), true, 'incident.updated'],
    ['came and went at once', null, seen('resolved'), false, null],
  ])('that %s', (_, before, after, isSpokenOf, event) => {
    expect(incidentEventOf(before, after, isSpokenOf)).toBe(event);
  });
});

it('a body says what it is, when, and in which order', () => {
  const body = eventBody({ number: 7, type: 'ping', atMs: Date.UTC(2026, 10, 28), data: { text: 'hello' } });
  expect(body).toBe(
    '{"type":"ping","timestamp":"2026-11-28T00:00:00.000Z","version":1,"number":7,"data":{"text":"hello"}}',
  );
});
