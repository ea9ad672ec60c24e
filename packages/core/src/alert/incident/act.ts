import type { Advance, Members } from './advance.js';
import { advanceIncident, resumed } from './advance.js';
import type { OpenIncident } from './open-incident.js';

/** What a person may do to an incident. */
export type Act =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'unacknowledge' }
  /** Null: nobody's any more. */
  | { readonly kind: 'assign'; readonly assignee: string | null }
  /** `link`: the link by which it was said, where it was by one. `ticket`: the ticket in which it was. */
  | { readonly kind: 'note'; readonly text: string; readonly link?: string; readonly ticket?: string }
  | { readonly kind: 'resolve'; readonly comment: string | null };

type ActExpected =
  | 'an incident that is not resolved'
  | 'an incident that somebody acknowledged'
  | `a comment, since ${string} not recovered`;

export type Acted =
  | ({ readonly ok: true } & Advance)
  /** `code` is for programs, `expected` for people. */
  | {
      readonly ok: false;
      readonly code: 'resolved' | 'not_acknowledged' | 'comment_required';
      readonly expected: ActExpected;
    };

/** Carries out what a person asks for, or says why not. Twice the same is done once. */
export function act(incident: OpenIncident, deed: Act, by: string, members: Members, nowMs: number): Acted {
  switch (deed.kind) {
    case 'note':
      return done(incident, by, 'note', deed.text, {
        ...(deed.link === undefined ? {} : { link: deed.link }),
        ...(deed.ticket === undefined ? {} : { ticket: deed.ticket }),
      });
    case 'assign':
      return assign(incident, deed.assignee, by);
    case 'acknowledge':
      return acknowledge(incident, by, members, nowMs);
    case 'unacknowledge':
      return unacknowledge(incident, by, members, nowMs);
    case 'resolve':
      return resolve(incident, deed.comment, by, members, nowMs);
  }
}

const isOver: Acted = { ok: false, code: 'resolved', expected: 'an incident that is not resolved' };

function done(
  incident: OpenIncident,
  by: string,
  code: 'note' | 'assigned' | 'acknowledged' | 'unacknowledged' | 'resolved_by_hand',
  text: string,
  more: Readonly<Record<string, string | null>> = {},
): Acted {
  const decisions = [{ stage: 'person' as const, reason: { code, text, figures: { by, ...more } } }];
  return { ok: true, incident, tellings: [], decisions };
}

/** A deed and what follows from it, in one. */
function followed(deed: Acted, members: Members, nowMs: number): Acted {
  if (!deed.ok) return deed;
  const next = advanceIncident(deed.incident, members, nowMs);
  return {
    ok: true,
    incident: next.incident,
    tellings: [...deed.tellings, ...next.tellings],
    decisions: [...deed.decisions, ...next.decisions],
  };
}

function assign(incident: OpenIncident, assignee: string | null, by: string): Acted {
  if (assignee === incident.assignee) return { ok: true, incident, tellings: [], decisions: [] };
  const text = assignee === null ? `${by} took ${incident.assignee} off it` : `${by} gave it to ${assignee}`;
  return done({ ...incident, assignee }, by, 'assigned', text, { assignee, before: incident.assignee });
}

function acknowledge(incident: OpenIncident, by: string, members: Members, nowMs: number): Acted {
  if (incident.state === 'resolved') return isOver;
  if (incident.acknowledgedBy === by) return { ok: true, incident, tellings: [], decisions: [] };
  const { data } = incident;
  const { remindAfterMs, expireAfterMs } = data.plan;
  const after = (ms: number | null) => (ms === null ? null : nowMs + ms);
  const text = `${by} looks after it: nobody else is told`;
  const acked: OpenIncident = {
    ...incident,
    acknowledgedBy: by,
    acknowledgedMs: nowMs,
    data: {
      ...data,
      acks: data.acks + 1,
      stepMs: null,
      repeatMs: null,
      remindMs: after(remindAfterMs),
      expireMs: after(expireAfterMs),
    },
  };
  const deed = done(acked, by, 'acknowledged', text);
  // Where it is quiet, this is told to nobody either.
  const tellings =
    data.told.length > 0 && incident.muted === null
      ? [{ reason: 'acked' as const, step: data.acks, targets: data.told, text }]
      : [];
  return followed(deed.ok ? { ...deed, tellings } : deed, members, nowMs);
}

function unacknowledge(incident: OpenIncident, by: string, members: Members, nowMs: number): Acted {
  if (incident.state === 'resolved') return isOver;
  if (incident.acknowledgedBy === null)
    return { ok: false, code: 'not_acknowledged', expected: 'an incident that somebody acknowledged' };
  const back = resumed({ ...incident, acknowledgedBy: null, acknowledgedMs: null }, nowMs);
  return followed(done(back, by, 'unacknowledged', `${by} gave it back: it escalates again`), members, nowMs);
}

function resolve(incident: OpenIncident, comment: string | null, by: string, members: Members, nowMs: number): Acted {
  if (incident.state === 'resolved') return isOver;
  const fires = members.firing + members.recovering;
  if (fires > 0 && !comment) {
    const expected: ActExpected = `a comment, since ${fires} of its alerts ${fires === 1 ? 'has' : 'have'} not recovered`;
    return { ok: false, code: 'comment_required', expected };
  }
  const why = comment ? `: ${comment}` : '';
  const text = `${by} resolved it${why}`;
  const { data } = incident;
  const quiet = `resolved by ${by}${why}; quiet until what still fires has recovered`;
  const deed = done(
    {
      ...incident,
      state: 'resolved',
      resolvedMs: nowMs,
      flapping: false,
      muted: fires > 0 ? { code: 'closed_by_hand', text: quiet, figures: { by } } : null,
      wakeMs: null,
      data: {
        ...data,
        openMs: null,
        stepMs: null,
        repeatMs: null,
        updateMs: null,
        remindMs: null,
        expireMs: null,
        recheckMs: null,
        holdMs: null,
        closedByHand: fires > 0,
      },
    },
    by,
    'resolved_by_hand',
    text,
    { comment },
  );
  if (!deed.ok || data.told.length === 0) return deed;
  return { ...deed, tellings: [{ reason: 'resolved', step: 0, targets: data.told, text, by }] };
}
