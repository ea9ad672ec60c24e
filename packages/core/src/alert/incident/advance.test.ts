import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../random/random-from.js';
import type { RouteTarget } from '../documents/route.schema.js';
import type { Mute } from '../quiet/mute.js';
import type { RoutePlan } from '../route/choose-route.js';
import { type Act, act } from './act.js';
import { type Advance, advanceIncident, type Members } from './advance.js';
import { type OpenIncident, openIncident, raiseIncident, reopenIncident } from './open-incident.js';

const start = Date.parse('2026-11-27T12:00:00Z');
const minute = 60_000;
const to = (channel: string): RouteTarget => ({ channel, recipient: null });
const plan: RoutePlan = {
  route: 'r',
  steps: [
    { waitMs: 0, targets: [to('chat')] },
    { waitMs: 10 * minute, targets: [to('sms')] },
    { waitMs: 20 * minute, targets: [to('phone')] },
  ],
  repeat: { everyMs: 240 * minute, times: 2 },
  groupBy: null,
  groupWaitMs: 30_000,
  groupIntervalMs: 5 * minute,
  reopenWithinMs: 60 * minute,
  remindAfterMs: 60 * minute,
  expireAfterMs: 120 * minute,
};
const about = { subject: 'etl', reason: { code: 'consecutive_failures', text: '3 failed' } };
const group = { key: 'k', title: 'etl: 3 failed', about, policy: 'p', jobId: null, hostId: null };
const fires: Members = { firing: 1, recovering: 0, muted: 0, mute: null, flapping: false };
const over: Members = { ...fires, firing: 0 };
const mute: Mute = {
  stage: 'silence',
  reason: { code: 'silence', text: 'silence s' },
  untilMs: start + 10 * 60 * minute,
};
const quiet: Members = { ...fires, muted: 1, mute };

/** One incident and the clock. */
class Life {
  incident: OpenIncident;
  nowMs = start;
  readonly told: string[] = [];
  readonly codes: string[] = [];

  constructor(own: RoutePlan = plan) {
    this.incident = openIncident({ id: 'i', number: 1 }, group, own, { severity: 'low', labels: {} }, start);
  }

  take({ incident, tellings, decisions }: Advance): this {
    this.incident = incident;
    for (const { reason, targets, step } of tellings)
      for (const target of targets)
        this.told.push(`${reason} ${step} ${'channel' in target ? target.channel : target.onCall}`);
    this.codes.push(...decisions.map(({ reason }) => reason.code));
    return this;
  }

  at(minutes: number, members: Members = fires): this {
    this.nowMs = start + minutes * minute;
    return this.take(advanceIncident(this.incident, members, this.nowMs));
  }

  /** Until nothing is due before then, each time at its own time. */
  until(minutes: number, members: Members = fires): this {
    this.take(advanceIncident(this.incident, members, this.nowMs));
    const endMs = start + minutes * minute;
    while (this.incident.wakeMs !== null && this.incident.wakeMs <= endMs) {
      expect(this.incident.wakeMs).toBeGreaterThan(this.nowMs);
      this.nowMs = this.incident.wakeMs;
      this.take(advanceIncident(this.incident, members, this.nowMs));
    }
    this.nowMs = endMs;
    return this;
  }

  act(deed: Act, by = 'anna', members: Members = fires): string {
    const acted = act(this.incident, deed, by, members, this.nowMs);
    if (!acted.ok) return acted.code;
    this.take(acted);
    return 'ok';
  }

  since(): string[] {
    return this.told.splice(0);
  }
}

describe('an incident that nobody answers', () => {
  it('is told after the wait of its group, escalates step by step, repeats, and says when nothing follows', () => {
    const life = new Life().until(0.4);
    expect(life.told).toEqual([]);
    expect(life.until(1).since()).toEqual(['opened 0 chat']);
    expect(life.until(11).since()).toEqual(['escalated 1 sms']);
    expect(life.until(200).since()).toEqual(['escalated 2 phone']);
    expect(life.until(600).since()).toEqual(
      ['chat', 'sms', 'phone']
        .flatMap((name) => [`repeat 0 ${name}`, `repeat 1 ${name}`])
        .sort((a, b) => Number(a.split(' ')[1]) - Number(b.split(' ')[1])),
    );
    expect(life.incident.wakeMs).toBeNull();
    expect(life.codes).toContain('repeats_used_up');
  });

  it('is never told when it is over before the wait', () => {
    const life = new Life().at(0).at(0.3, over);
    expect(life.incident.state).toBe('resolved');
    expect(life.told).toEqual([]);
    expect(life.codes).toContain('resolved_untold');
  });

  it('tells of news once in an interval, and of its end to whom it told of its beginning', () => {
    const life = new Life().until(1);
    const news = (count: number) => {
      life.incident = { ...life.incident, data: { ...life.incident.data, news: count } };
    };
    life.since();
    news(900);
    expect(life.at(1).at(5).since()).toEqual([]);
    expect(life.until(6).since()).toEqual(['updated 0 chat']);
    expect(life.at(7, over).since()).toEqual(['resolved 0 chat']);
  });

  it('goes along the way of a worse severity from its beginning, and no message of that is taken for an older one', () => {
    const life = new Life().until(12);
    const worse = { ...plan, route: 'worse', groupWaitMs: 0 };
    life.since();
    life.incident = raiseIncident(life.incident, worse, 'high', life.nowMs);
    const keys = life.until(60).since();
    expect(keys.map((key) => key.split(' ')[2])).toEqual(['chat', 'sms', 'phone']);
    expect(keys).not.toContain('escalated 1 sms');
  });
});

describe('somebody who looks after it', () => {
  it('stops the escalation, is reminded, and after a time it goes on', () => {
    const life = new Life().until(1);
    expect(life.act({ kind: 'acknowledge' })).toBe('ok');
    expect(life.incident).toMatchObject({ state: 'acked', acknowledgedBy: 'anna' });
    expect(life.since()).toEqual(['opened 0 chat', 'acked 0 chat']);
    expect(life.until(60).since()).toEqual([]);
    expect(life.until(62).since()).toEqual(['repeat 1000 chat']);
    expect(life.until(122).since()).toEqual(['escalated 1 sms']);
    expect(life.incident).toMatchObject({ state: 'firing', acknowledgedBy: null });
    expect(life.codes).toContain('acknowledge_expired');
  });

  it('is not forgotten when everything was told before: it is repeated once more', () => {
    const life = new Life({ ...plan, repeat: null }).until(100);
    life.act({ kind: 'acknowledge' });
    life.until(160);
    life.since();
    life.until(300);
    expect(life.incident.acknowledgedBy).toBeNull();
    expect(life.since()).toEqual(['repeat 0 chat', 'repeat 0 sms', 'repeat 0 phone']);
  });

  it('has to say why he ends what still fires; then it is quiet until that has recovered', () => {
    const life = new Life().until(1);
    expect(life.act({ kind: 'resolve', comment: null })).toBe('comment_required');
    expect(life.act({ kind: 'resolve', comment: 'known' })).toBe('ok');
    life.since();
    expect(life.until(600).since()).toEqual([]);
    expect(life.incident).toMatchObject({ state: 'resolved', muted: { code: 'closed_by_hand' } });
    expect(life.act({ kind: 'acknowledge' })).toBe('resolved');
    life.at(601, over);
    expect(life.incident.muted).toBeNull();
  });
});

describe('quiet', () => {
  it('tells nobody, is looked at again within a minute, and goes on when it ends', () => {
    const life = new Life().until(30, quiet);
    expect(life.told).toEqual([]);
    expect(life.incident.muted?.code).toBe('silence');
    expect(life.until(31).since()).toEqual(['opened 0 chat']);
    expect(life.codes).toEqual(['muted_silence', 'unmuted']);
  });

  it('does not keep back that something is over which was told before', () => {
    const life = new Life().until(1);
    life.until(5, quiet);
    life.since();
    expect(life.at(6, over).since()).toEqual(['resolved 0 chat']);
  });
});

it('an incident that is opened again and again is held, with one notice, until it is calm', () => {
  const life = new Life().until(1);
  for (const minutes of [2, 4, 6]) {
    life.at(minutes, over);
    expect(life.incident.state).toBe('resolved');
    life.incident = reopenIncident(life.incident, plan, 'low', life.nowMs);
    life.until(minutes + 1);
  }
  life.since();
  life.at(8, over);
  expect(life.incident).toMatchObject({ state: 'recovering', flapping: true });
  life.at(9).at(10, over);
  expect(life.since()).toEqual([]);
  life.until(40, over);
  expect(life.incident.state).toBe('resolved');
  expect(life.since()).toEqual(['resolved 0 chat']);
});

describe('whatever happens, in whatever order', () => {
  const picks: readonly ((life: Life, random: () => number) => Members)[] = [
    () => fires,
    () => quiet,
    () => over,
    () => ({ ...over, recovering: 1 }),
    () => ({ ...fires, firing: 3, muted: 1, mute }),
  ];

  it.each(Array.from({ length: 200 }, (_, seed) => seed))('seed %i', (seed) => {
    const random = randomFrom(seed);
    const life = new Life();
    let members = fires;
    const keys = new Set<string>();
    for (let step = 0; step < 60; step++) {
      const { wakeMs } = life.incident;
      life.nowMs =
        random() < 0.5 && wakeMs !== null
          ? Math.max(wakeMs, life.nowMs)
          : life.nowMs + Math.floor(random() * 30 * minute);
      members = random() < 0.3 ? (picks[Math.floor(random() * picks.length)]?.(life, random) ?? fires) : members;
      const { incident } = life;
      if (incident.state === 'resolved' && members.firing > 0 && !incident.data.closedByHand)
        life.incident = reopenIncident(incident, plan, 'low', life.nowMs);
      if (random() < 0.1) life.incident = { ...life.incident, data: { ...life.incident.data, news: 1 } };
      if (random() < 0.05 && life.incident.state !== 'resolved')
        life.incident = raiseIncident(life.incident, plan, 'high', life.nowMs);
      const before = life.incident;
      life.take(advanceIncident(life.incident, members, life.nowMs));
      check(life, before, members, keys);
      if (random() < 0.1) life.act({ kind: random() < 0.6 ? 'acknowledge' : 'unacknowledge' }, 'anna', members);
      else if (random() < 0.03) life.act({ kind: 'resolve', comment: 'enough' }, 'ben', members);
      check(life, before, members, keys);
    }
  });

  function check(life: Life, before: OpenIncident, { firing, recovering, muted }: Members, keys: Set<string>): void {
    const { state, muted: quietFor, wakeMs, data, escalation, generation } = life.incident;
    for (const line of life.since()) {
      const key = `${generation} ${line}`;
      // The same key again would be taken for the same message, and not sent.
      expect(keys.has(key), key).toBe(false);
      keys.add(key);
      if (quietFor) expect(line).toMatch(/^resolved/);
    }
    const isWhole = firing > 0 && muted === firing;
    if (state !== 'resolved') expect(quietFor !== null).toBe(isWhole);
    // Every mute is looked at again.
    if (state !== 'resolved' && isWhole)
      expect(wakeMs ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(life.nowMs + minute);
    if (state === 'resolved' && before.state !== 'resolved' && !data.closedByHand) expect(firing + recovering).toBe(0);
    if (state === 'firing' && !quietFor) {
      const isTold = data.toldMs !== null;
      const isToBeTold = wakeMs !== null && wakeMs > life.nowMs;
      expect(isTold || isToBeTold).toBe(true);
      // Nothing follows any more only where all was done.
      if (wakeMs === null) expect([escalation?.next, escalation?.repeatsLeft]).toEqual([plan.steps.length, 0]);
    }
  }
});
