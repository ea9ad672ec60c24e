import { EventSender } from '@carillon/agent/collect/event-sender';
import { FileCommandJournal, MemoryCommandJournal } from '@carillon/agent/commands/command-journal';
import { FileEventLog } from '@carillon/agent/state/event-log';
import { DesiredSync } from '@carillon/agent/sync/desired-sync';
import { EventIntake } from '@carillon/server/gateway/event-intake';
import { Disk } from './disk.js';
import type { Trouble } from './options.js';
import { IngestInMemory, rules } from './stores.js';

export interface Mutant {
  /** Breaks the product. @returns how to mend it */
  readonly mutate: () => () => void;
  /** What brings it to light. */
  readonly only: readonly Trouble[];
}

// biome-ignore lint/suspicious/noExplicitAny: mutants reach into what is private
type Insides = any;

function replace(target: Insides, name: string, make: (original: Insides) => Insides): () => void {
  const original = target[name];
  target[name] = make(original);
  return () => {
    target[name] = original;
  };
}

/**
 * Faults that a simulation must find: each breaks one promise in the real code while it runs. A mutant that lives says
 * that the simulation does not look where it should.
 */
const breaks = {
  'the server acks before it has committed': () =>
    replace(
      EventIntake.prototype,
      'submit',
      (submit) =>
        function (this: unknown, link: Insides, body: Insides, re: string) {
          link.send('ack', { epoch: body.epoch, upToSeq: body.firstSeq + body.items.length - 1 }, re);
          return submit.call(this, { ...link, send: () => undefined, supersede: () => link.supersede() }, body, re);
        },
    ),
  'the server takes a commit that failed for done': () =>
    replace(
      EventIntake.prototype,
      'ingest',
      (ingest) =>
        function (this: unknown, frames: Insides[]) {
          return ingest.call(this, frames).catch(() =>
            frames.map(({ epoch, firstSeq, items }) => ({
              kind: 'committed',
              epoch,
              upToSeq: firstSeq + items.length - 1,
              fresh: items.length,
              rejected: [],
            })),
          );
        },
    ),
  'the server does not know what it has': () =>
    replace(rules, 'planIngest', (plan) => (frames: Insides, sessions: Insides) => plan(frames, sessions, new Map())),
  'the server forgets fences': () => {
    const mend = [
      replace(rules, 'holdsFence', () => () => true),
      replace(
        rules,
        'planIngest',
        (plan) => (frames: Insides[], sessions: Insides[], known: Insides) =>
          plan(
            frames.map((frame) => ({
              ...frame,
              fence: sessions.find(({ hostId }) => hostId === frame.hostId)?.fence,
            })),
            sessions,
            known,
          ),
      ),
    ];
    return () => {
      for (const each of mend) each();
    };
  },
  'the server stores half a batch': () =>
    replace(
      IngestInMemory.prototype,
      'ingest',
      (ingest) =>
        function (this: unknown, frames: Insides[]) {
          return ingest
            .call(
              this,
              frames.map((frame) => ({ ...frame, items: frame.items.slice(0, 3) })),
            )
            .then((outcomes: Insides[]) =>
              outcomes.map((outcome, index) =>
                outcome.kind === 'committed'
                  ? { ...outcome, upToSeq: frames[index].firstSeq + frames[index].items.length - 1 }
                  : outcome,
              ),
            );
        },
    ),
  'the agent deletes events when they are sent': () =>
    replace(
      EventSender.prototype,
      'pump',
      (pump) =>
        function (this: Insides) {
          pump.call(this);
          if (this.send) this.log.ack(this.log.epoch, this.nextSeq - 1);
        },
    ),
  'the agent takes an ack for more than its frame': () =>
    replace(
      EventSender.prototype,
      'onAck',
      (onAck) =>
        function (this: Insides, ack: Insides, re: string) {
          this.log.ack(ack.epoch, ack.upToSeq);
          onAck.call(this, ack, re);
        },
    ),
  'the agent does not send again after a reconnect': () =>
    replace(
      EventSender.prototype,
      'attach',
      () =>
        function (this: Insides, send: Insides) {
          this.send = send;
          this.underWay = [];
          this.pump();
        },
    ),
  'the agent keeps its numbers when they are taken': () =>
    replace(EventSender.prototype, 'onRenew', () => () => undefined),
  'the agent forgets ids of events': () => replace(FileEventLog.prototype, 'remember', () => () => undefined),
  'the agent acts before it writes to its journal': () =>
    replace(
      FileCommandJournal.prototype,
      'note',
      (note) =>
        function (this: Insides, result: Insides, atMs: number) {
          if (result.state === 'accepted') MemoryCommandJournal.prototype.note.call(this, result, atMs);
          else note.call(this, result, atMs);
        },
    ),
  'the agent does not look into its journal': () =>
    replace(MemoryCommandJournal.prototype, 'find', () => () => undefined),
  'the agent does not ask for what it lacks': () => replace(DesiredSync.prototype, 'onPoint', () => () => undefined),
  'nothing is flushed to the disk': () => replace(Disk.prototype, 'flush', () => () => undefined),
} satisfies Record<string, Mutant['mutate']>;

/** Where trouble of every kind would find them too, only later. */
const foundBy: Readonly<Record<keyof typeof breaks, readonly Trouble[]>> = {
  'the server acks before it has committed': [],
  'the server takes a commit that failed for done': ['database'],
  'the server does not know what it has': ['wires', 'database'],
  'the server forgets fences': ['wires', 'network', 'database'],
  'the server stores half a batch': ['wires', 'network'],
  'the agent deletes events when they are sent': [],
  'the agent takes an ack for more than its frame': ['snapshots', 'network'],
  'the agent does not send again after a reconnect': ['wires'],
  'the agent keeps its numbers when they are taken': ['snapshots'],
  'the agent forgets ids of events': ['writes'],
  'the agent acts before it writes to its journal': [],
  'the agent does not look into its journal': ['repeats'],
  'the agent does not ask for what it lacks': [],
  'nothing is flushed to the disk': ['power'],
};

export const mutants: readonly (Mutant & { readonly name: string })[] = Object.entries(breaks).map(
  ([name, mutate]) => ({
    name,
    mutate,
    only: foundBy[name as keyof typeof breaks],
  }),
);
