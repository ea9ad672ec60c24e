import fc from 'fast-check';
import { expect, it } from 'vitest';
import { beginStep, endStep, type StepResult, seeIncident, withSettings } from './after-step.js';
import { decideTicket } from './decide-ticket.js';
import {
  hasEnded,
  newTicketLink,
  type RemoteTicket,
  type TicketIncident,
  type TicketLink,
  type TicketRules,
  type TicketStatus,
} from './ticket-link.js';
import type { TicketStep } from './ticket-step.js';

const minute = 60_000;
const hour = 60 * minute;
const rules: TicketRules = {
  resolve: 'resolve',
  holdMs: 10 * minute,
  reopenWindowMs: 24 * hour,
  repeatMs: 4 * hour,
  lookMs: 24 * hour,
  acknowledgeOn: 'in_progress',
  ackMoves: true,
  comments: true,
  assignees: {},
};
const firing: TicketIncident = {
  firing: true,
  severity: 'medium',
  count: 1,
  acknowledgedBy: null,
  assignee: null,
  note: null,
};
const quiet: TicketIncident = { ...firing, firing: false };
const ticket = (status: TicketStatus): RemoteTicket => ({
  id: '1',
  key: 'OPS-1',
  url: '',
  status,
  statusName: status,
  assignee: null,
  updated: '1',
});
const open = (changes: Partial<TicketLink> = {}): TicketLink => ({
  ...newTicketLink('k'),
  remote: ticket('open'),
  seenMs: 0,
  told: { severity: 'medium', count: 1, atMs: 0 },
  ...changes,
});
const decide = (link: TicketLink, incident: TicketIncident, nowMs: number) =>
  decideTicket(seeIncident({ ...link, seenMs: link.remote ? nowMs : null }, incident, nowMs), incident, rules, nowMs);

it('makes a ticket for what fails, and none for what is over', () => {
  expect(decide(newTicketLink('k'), firing, 0)).toMatchObject({ kind: 'create', severity: 'medium' });
  expect(decide(newTicketLink('k'), quiet, 0)).toMatchObject({ reason: { code: 'over_before_ticket' } });
});

it('looks three times before it makes again what may be there', () => {
  let link = beginStep(newTicketLink('k'), { kind: 'create', severity: 'low', count: 1 }, 0);
  const seen: [number, string][] = [];
  for (let nowMs = 0; nowMs < 130_000; nowMs += 1_000) {
    const step = decide(link, firing, nowMs);
    if (step.kind === 'wait') continue;
    seen.push([nowMs, step.kind]);
    if (step.kind === 'create') break;
    link = endStep(link, step, { kind: 'done', remote: null }, { incident: firing, settings: '', nowMs });
  }
  expect(seen).toEqual([
    [5_000, 'find'],
    [30_000, 'find'],
    [120_000, 'find'],
    [121_000, 'create'],
  ]);
});

it('tells repeats once per interval, with their count', () => {
  const many = { ...firing, count: 500 };
  expect(decide(open(), many, hour)).toMatchObject({ kind: 'wait' });
  expect(decide(open(), many, 4 * hour)).toEqual({ kind: 'comment', about: 'repeat', count: 500 });
  expect(decide(open(), firing, 9 * hour)).toMatchObject({ kind: 'wait' });
});

it('raises the priority, and never lowers it', () => {
  expect(decide(open(), { ...firing, severity: 'high' }, 1)).toEqual({ kind: 'priority', severity: 'high' });
  expect(decide(open(), { ...firing, severity: 'low' }, 1)).toMatchObject({ kind: 'wait' });
});

it('resolves after the hold, and not when it fails again in between', () => {
  const told = open({ recoveredMs: 0, recoveryTold: true });
  expect(decide(open(), quiet, 1)).toMatchObject({ kind: 'comment', about: 'recovered' });
  expect(decide(told, quiet, 9 * minute)).toMatchObject({ kind: 'wait', untilMs: 10 * minute });
  expect(decide(told, quiet, 10 * minute)).toEqual({ kind: 'resolve', how: 'resolve' });
  expect(seeIncident(told, firing, 9 * minute)).toMatchObject({ recoveredMs: null, recoveryTold: false });
});

it('opens the same ticket again within the window, and a new one afterwards or when it is closed', () => {
  const resolved = (status: TicketStatus) => open({ remote: ticket(status), resolvedMs: 0 });
  expect(decide(resolved('resolved'), firing, 24 * hour).kind).toBe('reopen');
  expect(decide(resolved('resolved'), firing, 24 * hour + 1).kind).toBe('next_generation');
  expect(decide(resolved('closed'), firing, hour).kind).toBe('next_generation');
});

it.each(['resolved', 'closed', 'declined'] as const)('respects that a person made it %s while it fails', (status) => {
  const ended = open({ remote: ticket(status) });
  expect(decide(ended, firing, 1)).toMatchObject({ kind: 'comment', about: 'muted' });
  expect(decide({ ...ended, mutedTold: true }, { ...firing, severity: 'high', count: 99 }, 9 * hour)).toMatchObject({
    kind: 'wait',
    reason: { code: 'muted_by_ticket' },
  });
});

it('counts a ticket that a person ended as over once nothing fails any more, unless it was declined', () => {
  expect(seeIncident(open({ remote: ticket('closed') }), quiet, 5)).toMatchObject({ resolvedMs: 5 });
  const declined = seeIncident(open({ remote: ticket('declined'), mutedTold: true }), quiet, 5);
  expect(decide(declined, firing, 6)).toMatchObject({ reason: { code: 'muted_by_ticket' } });
});

it('stops at what only a person can mend, until the settings change', () => {
  const reason = { code: 'no_transition', text: 'there is no transition Done' };
  const step: TicketStep = { kind: 'resolve', how: 'resolve' };
  const stuck = endStep(open(), step, { kind: 'problem', reason }, { incident: quiet, settings: 'a', nowMs: 0 });
  expect(decide(stuck, quiet, 99 * hour)).toMatchObject({ kind: 'wait', untilMs: null, reason });
  expect(decide(withSettings(stuck, 'b'), quiet, 99 * hour).kind).not.toBe('wait');
});

/** Another system that keeps tickets by key; a search sees them a little later. */
class OtherSystem {
  readonly tickets: { key: string; status: TicketStatus; madeMs: number }[] = [];

  of(key: string, nowMs: number) {
    return this.tickets.find((one) => one.key === key && one.madeMs + 20_000 <= nowMs);
  }

  act(link: TicketLink, step: TicketStep, nowMs: number): RemoteTicket | null {
    if (step.kind === 'find') return toRemote(this.of(link.key, nowMs));
    if (step.kind === 'create') this.tickets.push({ key: link.key, status: 'open', madeMs: nowMs });
    const own = this.tickets.find(({ key }) => key === link.key);
    if (own && step.kind === 'resolve') own.status = 'resolved';
    if (own && step.kind === 'reopen') own.status = 'open';
    return toRemote(own);
  }
}
const toRemote = (one?: { key: string; status: TicketStatus }) => (one ? { ...ticket(one.status), id: one.key } : null);

type Event = 'ok' | 'lost' | 'lost_after' | 'crash' | 'crash_after' | 'busy' | 'fails' | 'recovers' | 'closed' | 'day';
const events: Event[] = [
  'ok',
  'ok',
  'ok',
  'lost',
  'lost_after',
  'crash',
  'crash_after',
  'busy',
  'fails',
  'recovers',
  'closed',
  'day',
];

it('keeps at most one open ticket, whatever fails, is lost, dies or is done by people', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 200 }), (history) => {
      const other = new OtherSystem();
      let generation = 1;
      let link = newTicketLink('g1');
      let incident = firing;
      let nowMs = 0;
      for (const event of history) {
        nowMs += event === 'day' ? 25 * hour : 40_000;
        if (event === 'fails') incident = { ...firing, count: incident.count + 1 };
        if (event === 'recovers') incident = { ...incident, firing: false };
        const last = other.tickets.at(-1);
        if (event === 'closed' && last) last.status = 'closed';
        link = seeIncident(link, incident, nowMs);
        const step = decideTicket(link, incident, rules, nowMs);
        if (step.kind === 'wait') continue;
        if (step.kind === 'next_generation') {
          generation += 1;
          link = newTicketLink(`g${generation}`);
          continue;
        }
        link = beginStep(link, step, nowMs);
        const remote = event === 'lost' || event === 'crash' || event === 'busy' ? null : other.act(link, step, nowMs);
        if (event === 'crash' || event === 'crash_after') continue;
        const reason = { code: event, text: event };
        const result: StepResult =
          event === 'busy'
            ? { kind: 'later', reason }
            : event === 'lost' || event === 'lost_after'
              ? { kind: 'unknown', reason }
              : { kind: 'done', remote };
        link = endStep(link, step, result, { incident, settings: '', nowMs });
        const keys = other.tickets.map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        expect(other.tickets.filter(({ status }) => !hasEnded(status)).length).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 2_000, seed: 6 },
  );
});
