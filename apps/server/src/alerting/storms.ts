import { randomBytes } from 'node:crypto';
import { advanceIncident, type Members } from '@carillon/core/alert/incident/advance';
import { noSpread, type OpenIncident, openIncident, severityRank } from '@carillon/core/alert/incident/open-incident';
import { type Storm, stormKey, stormRule, stormsOf } from '@carillon/core/alert/incident/storm';
import { logReason } from '@carillon/core/alert/log-reasons';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import {
  incidentsById,
  nextNumbers,
  recentIncidents,
  runningStorms,
  stormMembers,
  writeIncidents,
} from '../store/incident-rows.js';
import type { TurnInHand } from './turn-in-hand.js';

const keyOf = (by: Storm['by'], value: string) => `storm ${stormKey(by, value)}`;

/** Where many incidents of one policy or site begin within minutes, those of which nobody was told are told as one. */
export async function foldStorms(turn: TurnInHand): Promise<void> {
  if (turn.opened.size === 0) return;
  // What was opened in this turn counts too.
  await writeIncidents(
    turn.client,
    [...turn.opened].flatMap((id) => turn.incidents.get(id) ?? []),
    turn.nowMs,
  );
  const recent = await recentIncidents(turn.client, turn.nowMs - stormRule.withinMs);
  const running = await runningStorms(turn.client);
  const storms = stormsOf(recent, new Set(running.map(({ key }) => key.slice('storm '.length))));
  const free = new Set(recent.filter((incident) => incident.free).map(({ id }) => id));
  for (const storm of storms) {
    const members = storm.members.filter((id) => free.has(id));
    if (members.length === 0) continue;
    turn.add(
      await incidentsById(
        turn.client,
        members.filter((id) => !turn.incidents.has(id)),
      ),
    );
    const incidents = members.flatMap((id) => turn.incidents.get(id) ?? []);
    const head =
      running.find(({ key }) => key === keyOf(storm.by, storm.value)) ?? (await openStorm(turn, storm, incidents));
    turn.add([head]);
    fold(turn, head, incidents);
  }
}

async function openStorm(
  turn: TurnInHand,
  { by, value }: Storm,
  members: readonly OpenIncident[],
): Promise<OpenIncident> {
  const severity = members.reduce(
    (worst, { severity: one }) => (severityRank[one] > severityRank[worst] ? one : worst),
    'low' as OpenIncident['severity'],
  );
  const labels = { [by]: value, severity };
  const plan = turn.planFor({ severity, labels });
  const policy = by === 'policy' ? value : 'storm';
  const [number = 0] = await nextNumbers(turn.client, [policy]);
  const title = `storm: more than ${stormRule.more} incidents within 5 minutes with ${by} ${value}`;
  const reason = { code: 'storm', text: title, figures: { more: stormRule.more, by, value } };
  const about = { subject: null, reason };
  const group = { key: keyOf(by, value), title, about, policy, jobId: null, hostId: null };
  const id = makeUuid7(turn.nowMs, randomBytes(10));
  const storm = openIncident({ id, number }, group, plan, { severity, labels, isStorm: true }, turn.nowMs);
  turn.incidents.set(id, storm);
  turn.decided(id, { stage: 'group', reason });
  turn.routed(storm, plan);
  return storm;
}

function fold(turn: TurnInHand, { id, number }: OpenIncident, members: readonly OpenIncident[]): void {
  for (const incident of members)
    turn.incidents.set(incident.id, { ...incident, data: { ...incident.data, storm: { id, number } } });
  const head = turn.incidents.get(id);
  if (head) turn.incidents.set(id, { ...head, data: { ...head.data, news: head.data.news + members.length } });
}

/** Storms follow what they stand for; when little is left of one it is over, and the rest is told for itself. */
export async function settleStorms(turn: TurnInHand): Promise<void> {
  const heads = new Set<string>();
  for (const incident of turn.incidents.values()) {
    if (incident.data.isStorm) heads.add(incident.id);
    if (incident.data.storm) heads.add(incident.data.storm.id);
  }
  if (heads.size === 0) return;
  turn.add(
    await incidentsById(
      turn.client,
      [...heads].filter((id) => !turn.incidents.has(id)),
    ),
  );
  const stored = await stormMembers(turn.client, [...heads]);
  // As this turn left them, not as they are stored.
  const now = new Map(stored.map((incident) => [incident.id, turn.incidents.get(incident.id) ?? incident]));
  for (const incident of turn.incidents.values()) if (incident.data.storm) now.set(incident.id, incident);
  for (const id of heads) {
    const head = turn.incidents.get(id);
    if (!head) continue;
    settleOne(
      turn,
      head,
      [...now.values()].filter(({ state, data }) => data.storm?.id === id && state !== 'resolved'),
    );
  }
}

function settleOne(turn: TurnInHand, head: OpenIncident, members: readonly OpenIncident[]): void {
  const isOver = turn.nowMs - head.openedMs >= stormRule.withinMs && members.length <= stormRule.calm;
  if (isOver || head.state === 'resolved') for (const incident of members) release(turn, incident);
  const left = isOver ? [] : members;
  const counts: Members = {
    firing: left.filter(({ state }) => state !== 'recovering').length,
    recovering: left.filter(({ state }) => state === 'recovering').length,
    muted: 0,
    mute: null,
    flapping: false,
  };
  const spread = { ...noSpread, firing: counts.firing, total: Math.max(head.spread.total, members.length) };
  const advance = advanceIncident({ ...head, spread }, counts, turn.nowMs);
  const lookMs = head.openedMs + stormRule.withinMs;
  const { incident } = advance;
  // Its members may calm down before it may end: then nobody else would look again.
  const wakeMs =
    incident.state !== 'resolved' && lookMs > turn.nowMs
      ? Math.min(incident.wakeMs ?? lookMs, lookMs)
      : incident.wakeMs;
  turn.take({ ...advance, incident: { ...incident, wakeMs } });
}

function release(turn: TurnInHand, incident: OpenIncident): void {
  const { data } = incident;
  const openMs = data.openMs === null && data.toldMs === null && incident.escalation ? turn.nowMs : data.openMs;
  turn.incidents.set(incident.id, { ...incident, data: { ...data, storm: null, openMs }, wakeMs: turn.nowMs });
  const text = 'the storm is over and it still holds: it is told for itself';
  turn.decided(incident.id, { stage: 'group', reason: logReason('storm_over', text, {}) });
}
