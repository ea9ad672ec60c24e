import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EventFrame, keyOf, numbersToCheck, planIngest } from './ingest-plan.js';

const hostId = 'h';
const event = (seq: number, eventId = `e${seq}`) => ({ seq, eventId }) as AgentEvent;

function frame(firstSeq: number, count: number, changes: Partial<EventFrame> = {}): EventFrame {
  const items = Array.from({ length: count }, (_, index) => ({
    kind: 'event' as const,
    event: event(firstSeq + index),
  }));
  return { hostId, fence: 1, epoch: 1, firstSeq, items, ...changes };
}

/** A database of one host: what was stored, and the committed end. */
class Model {
  readonly stored: string[] = [];
  private readonly known = new Map<string, string>();
  private session = { hostId, fence: 1, epoch: 1, ackedSeq: 0 };

  ingest(frames: readonly EventFrame[]) {
    const ranges = numbersToCheck(frames, [this.session]);
    const numbers = new Set(
      ranges.flatMap(({ hostId, epoch, from, to }) =>
        Array.from({ length: to - from + 1 }, (_, index) => keyOf(hostId, epoch, from + index)),
      ),
    );
    const known = new Map([...this.known].filter(([key]) => numbers.has(key)));
    const plan = planIngest(frames, [this.session], known);
    for (const fresh of plan.fresh) {
      this.stored.push(fresh.event.eventId);
      this.known.set(keyOf(hostId, fresh.epoch, fresh.event.seq), fresh.event.eventId);
    }
    this.session = plan.sessions[0] ?? this.session;
    return plan.outcomes;
  }

  get end(): number {
    return this.session.ackedSeq;
  }
}

describe('planning an ingest', () => {
  it('stores every event once and acks no further than it stored, however frames are cut, repeated and mixed', () => {
    const cut = fc.record({ first: fc.integer({ min: 1, max: 40 }), count: fc.integer({ min: 1, max: 15 }) });
    fc.assert(
      fc.property(fc.array(fc.array(cut, { minLength: 1, maxLength: 5 }), { maxLength: 20 }), (batches) => {
        const model = new Model();
        for (const batch of batches) {
          const outcomes = model.ingest(batch.map(({ first, count }) => frame(first, count)));
          for (const outcome of outcomes) {
            if (outcome.kind !== 'committed') throw new Error(outcome.kind);
            expect(outcome.upToSeq).toBeLessThanOrEqual(model.end);
          }
          expect(model.stored).toEqual(Array.from({ length: model.end }, (_, index) => `e${index + 1}`));
        }
      }),
    );
  });

  it('applies nothing of a host whose numbers stand for other events, and all of its neighbours', () => {
    const sessions = [
      { hostId, fence: 1, epoch: 1, ackedSeq: 5 },
      { hostId: 'n', fence: 1, epoch: 1, ackedSeq: 0 },
    ];
    const known = new Map([[keyOf(hostId, 1, 5), 'another']]);
    const frames = [frame(6, 2), frame(5, 1), { ...frame(1, 3), hostId: 'n' }];
    const plan = planIngest(frames, sessions, known);
    expect(plan.outcomes.map((outcome) => outcome.kind)).toEqual(['renew', 'renew', 'committed']);
    expect(plan.fresh.map((fresh) => fresh.hostId)).toEqual(['n', 'n', 'n']);
    expect(plan.sessions).toEqual([{ hostId: 'n', fence: 1, epoch: 1, ackedSeq: 3 }]);
  });

  it('counts what can never be stored as acked, and lists it only when it is reached', () => {
    const rejected = { kind: 'rejected', code: 'bad_event', message: 'x' } as const;
    const session = { hostId, fence: 1, epoch: 1, ackedSeq: 0 };
    const reached = planIngest(
      [frame(1, 0, { items: [rejected, { kind: 'event', event: event(2) }] })],
      [session],
      new Map(),
    );
    expect(reached.outcomes).toEqual([
      { kind: 'committed', epoch: 1, upToSeq: 2, fresh: 1, rejected: [{ seq: 1, code: 'bad_event', message: 'x' }] },
    ]);
    const beyond = planIngest([frame(9, 0, { items: [rejected] })], [session], new Map());
    expect(beyond.outcomes).toEqual([{ kind: 'committed', epoch: 1, upToSeq: 0, fresh: 0, rejected: [] }]);
  });

  it('begins an epoch with its first number, though the first frame may be missing', () => {
    const session = { hostId, fence: 1, epoch: 1, ackedSeq: 9 };
    // The frame with 1 to 5 went down with a batch that was refused.
    const { outcomes, fresh, sessions } = planIngest([frame(6, 2, { epoch: 2 })], [session], new Map());
    expect(outcomes).toEqual([{ kind: 'committed', epoch: 2, upToSeq: 0, fresh: 0, rejected: [] }]);
    expect([fresh, sessions]).toEqual([[], [{ ...session, epoch: 2, ackedSeq: 0 }]]);
  });

  it('takes frames of the newest session only', () => {
    const session = { hostId, fence: 2, epoch: 1, ackedSeq: 0 };
    const plan = planIngest([frame(1, 1), frame(1, 1, { fence: 2 })], [session], new Map());
    expect(plan.outcomes.map((outcome) => outcome.kind)).toEqual(['superseded', 'committed']);
  });
});
