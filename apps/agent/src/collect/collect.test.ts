import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '@carillon/contract/agent/catalog';
import { decodeLogFrame } from '@carillon/contract/agent/log-frame';
import { limits } from '@carillon/contract/limits';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import { readDrop } from '../runner/drop-box.js';
import { dropEvent } from '../runner/drop-event.js';
import { OutputFileWriter, outputFileOf } from '../runner/output-file.js';
import { runningFileOf, writeRunning } from '../runner/running-file.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { FileEventLog } from '../state/event-log.js';
import { MemoryEventLog } from '../state/memory-event-log.js';
import { identityOf, makeEvent } from '../testing/samples.js';
import { makeAgentFolder } from '../testing/temp-folder.js';
import { Collector } from './collector.js';
import { EventSender } from './event-sender.js';
import { endsOfForgotten, knownRuns } from './forgotten-runs.js';
import { LostRunWatch } from './lost-runs.js';
import { OutputShipper } from './output-shipper.js';
import { FileOutputSource } from './output-source.js';

let folder: AgentFolder;
beforeEach(() => {
  folder = makeAgentFolder();
});

describe('the collector', () => {
  const collect = () => {
    const eventLog = new FileEventLog(folder.log);
    const collector = new Collector({ folder, eventLog, onNews: () => undefined, log: silentLog });
    collector.start();
    collector.stop();
    return eventLog;
  };

  it('moves dropped events into the log in order of time, and puts aside what is none', () => {
    const events = [1, 2, 3].map((ms) => ({ ...makeEvent(), eventId: newId(ms) }));
    for (const event of events.toReversed()) dropEvent(folder.drop, event);
    writeFileSync(join(folder.drop, 'x.json'), '{"eventId":1}');
    const log = collect();
    expect(log.read(1, 10).map((event) => event.eventId)).toEqual(events.map((event) => event.eventId));
    expect(readdirSync(folder.drop)).toEqual(['x.json.bad']);
  });

  it('takes an event once, though it died before it could remove the file', () => {
    const event = makeEvent();
    dropEvent(folder.drop, event);
    new FileEventLog(folder.log).append(readDrop(folder.drop, 10).events);
    expect(collect().next).toBe(2);
    expect(readdirSync(folder.drop)).toEqual([]);
  });
});

describe('a disk that takes no more', () => {
  it('does not keep the collector from taking away what the log has: it would come again once it is acked and gone', () => {
    const [known, fresh] = [makeEvent(), makeEvent()];
    const eventLog = new FileEventLog(folder.log);
    eventLog.append([known]);
    for (const event of [known, fresh]) dropEvent(folder.drop, event);
    eventLog.append = () => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    const collector = new Collector({ folder, eventLog, onNews: () => undefined, log: silentLog });
    collector.start();
    collector.stop();
    expect(readDrop(folder.drop, 10).events).toEqual([fresh]);
  });
});

describe('runs without a last word', () => {
  const identity = () => identityOf(makeEvent());
  const now = Date.now();

  it('become indeterminate when their runner is dead, with what they wrote', () => {
    const run = identity();
    writeRunning(folder.running, { identity: run, pid: 1, encoding: 'auto' });
    const file = new OutputFileWriter(outputFileOf(folder.output, run.runId));
    file.write({ stream: 'stdout', offset: 0, atMs: now, droppedBefore: 0, data: Buffer.from('half') });
    file.close();
    expect(new LostRunWatch(folder, () => false).look(now)).toEqual([run.runId]);
    const [event] = readDrop(folder.drop, 10).events;
    expect(event?.data).toMatchObject({
      kind: 'run.finished',
      runId: run.runId,
      state: 'indeterminate',
      reason: 'runner_lost',
      exitCode: null,
      output: { stdout: { bytes: 4 } },
    });
    expect(readdirSync(folder.running)).toEqual([]);
  });

  it('are given a second look when only their file is old: the host may have slept', () => {
    const run = identity();
    writeRunning(folder.running, { identity: run, pid: 1, encoding: 'auto' });
    const old = now / 1_000 - 3_600;
    utimesSync(runningFileOf(folder.running, run.runId), old, old);
    const watch = new LostRunWatch(folder, () => true);
    expect(watch.look(now)).toEqual([]);
    expect(watch.look(now + 20_000)).toEqual([run.runId]);
  });

  it('are left alone while their runner lives', () => {
    writeRunning(folder.running, { identity: identity(), pid: process.pid, encoding: 'auto' });
    const watch = new LostRunWatch(folder);
    expect([watch.look(Date.now()), watch.look(Date.now())]).toEqual([[], []]);
  });
});

describe('runs that the centre asks about', () => {
  const now = Date.now();
  const ask = (run = identityOf(makeEvent())) => {
    const log = new FileEventLog(folder.log);
    return endsOfForgotten([run], knownRuns(folder, log, now), now).map(({ data }) => data);
  };

  it('are ended, as not known how, when nothing here knows them: a disk was restored, or the last word was damaged', () => {
    const run = identityOf(makeEvent());
    writeFileSync(join(folder.drop, 'torn.json.bad'), '{"eventId":');
    expect(ask(run)).toMatchObject([
      { kind: 'run.finished', ...run, state: 'indeterminate', reason: 'forgotten', exitCode: null },
    ]);
  });

  it('are left alone while they run, also where their file cannot be read just now', () => {
    const [run, torn] = [identityOf(makeEvent()), identityOf(makeEvent())];
    writeRunning(folder.running, { identity: run, pid: process.pid, encoding: 'auto' });
    const path = runningFileOf(folder.running, torn.runId);
    writeFileSync(path, '');
    expect([ask(run), ask(torn)]).toEqual([[], []]);
    utimesSync(path, now / 1_000 - 3_600, now / 1_000 - 3_600);
    expect(ask(torn)).toHaveLength(1);
  });

  it('are left alone while something is untold: their ends may be in it', () => {
    dropEvent(folder.drop, makeEvent());
    expect(ask()).toEqual([]);
    new FileEventLog(folder.log).append(readDrop(folder.drop, 10).events);
    for (const name of readdirSync(folder.drop)) rmSync(join(folder.drop, name));
    expect(ask()).toEqual([]);
  });
});

describe('sending events', () => {
  const open = (count: number) => {
    const log = new MemoryEventLog();
    log.append(Array.from({ length: count }, () => makeEvent()));
    const frames: Body<'events'>[] = [];
    const sender = new EventSender(log);
    sender.attach((body) => void frames.push(body), { epoch: 1, upTo: 0 });
    return { log, frames, sender };
  };

  it('keeps to the limits of frames, and goes on with each ack', () => {
    const { log, frames, sender } = open(3_000);
    expect(frames).toHaveLength(limits.inFlightFrames);
    for (const frame of frames) {
      expect(frame.items.length).toBeLessThanOrEqual(limits.eventsPerFrame);
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThan(limits.textFrameBytes);
    }
    for (let at = 0; at < frames.length; at += 1) {
      const frame = frames[at] as Body<'events'>;
      sender.onAck({ epoch: 1, upToSeq: frame.firstSeq + frame.items.length - 1 });
    }
    expect([log.first, log.next]).toEqual([3_001, 3_001]);
  });

  it('goes back to where the centre says it is, after a gap', () => {
    const { frames, sender } = open(500);
    sender.onAck({ epoch: 1, upToSeq: 50 });
    expect(frames.at(-1)?.firstSeq).toBeLessThanOrEqual(451);
    expect(frames.some((frame) => frame.firstSeq === 51)).toBe(true);
  });

  it('sends everything that is not acked again in a new session', () => {
    const { log, frames, sender } = open(10);
    sender.detach();
    sender.attach((body) => void frames.push(body), { epoch: 1, upTo: 4 });
    expect(frames.at(-1)).toMatchObject({ epoch: 1, firstSeq: 5 });
    sender.onRenew({ next: 2 });
    expect(frames.at(-1)).toMatchObject({ epoch: 2, firstSeq: 1 });
    expect(frames.at(-1)?.items).toHaveLength(6);
    expect(log.epoch).toBe(2);
  });
});

describe('sending output', () => {
  const write = (runId: string, ...pieces: Buffer[]) => {
    const file = new OutputFileWriter(outputFileOf(folder.output, runId));
    let offset = 0;
    for (const data of pieces) {
      file.write({ stream: 'stdout', offset, atMs: 1, droppedBefore: 0, data });
      offset += data.length;
    }
    file.close();
  };
  const open = () => {
    const shipper = new OutputShipper(new FileOutputSource(folder));
    const sent: { runId: string; offset: number; end: number }[] = [];
    const send = (frame: Buffer) => {
      const decoded = decodeLogFrame(frame);
      if (decoded.ok)
        sent.push({
          runId: decoded.chunk.runId,
          offset: decoded.chunk.offset,
          end: decoded.chunk.offset + decoded.chunk.length,
        });
    };
    shipper.attach(send);
    const ack = ({ runId, end }: { runId: string; end: number }) =>
      shipper.onAck([{ runId, stream: 'stdout', upToOffset: end }]);
    return { shipper, sent, send, ack };
  };

  it('deletes a file only after the last ack', () => {
    const runId = newId();
    write(runId, Buffer.from('one'), Buffer.from('two'));
    const { shipper, sent, ack } = open();
    shipper.pump();
    expect(sent.map((piece) => piece.offset)).toEqual([0, 3]);
    ack(sent[0] as never);
    expect(existsSync(outputFileOf(folder.output, runId))).toBe(true);
    ack(sent[1] as never);
    expect(existsSync(outputFileOf(folder.output, runId))).toBe(false);
  });

  it('sends again what a lost session did not confirm', () => {
    write(newId(), Buffer.from('one'), Buffer.from('two'));
    const { shipper, sent, send, ack } = open();
    shipper.pump();
    ack(sent[0] as never);
    shipper.detach();
    shipper.attach(send);
    shipper.pump();
    expect(sent.map((piece) => piece.offset)).toEqual([0, 3, 3]);
  });

  it('gives every run its turn, though one has much to say', () => {
    const [long, short] = [newId(1), newId(2)];
    write(long, ...Array.from({ length: 50 }, () => Buffer.alloc(1_000, 'x')));
    write(short, Buffer.from('short'));
    const { shipper, sent } = open();
    shipper.pump();
    expect(sent.length).toBeLessThanOrEqual(limits.inFlightFrames);
    expect(sent.some((piece) => piece.runId === short)).toBe(true);
  });

  it('keeps the file of a run that is still going on, and its unfinished record', () => {
    const runId = newId();
    write(runId, Buffer.from('one'));
    writeRunning(folder.running, {
      identity: identityOf(makeEvent({ runId })),
      pid: process.pid,
      encoding: 'auto',
    });
    const { shipper, sent, ack } = open();
    shipper.pump();
    ack(sent[0] as never);
    expect(existsSync(outputFileOf(folder.output, runId))).toBe(true);
  });

  it('sets aside what the centre will never take, and goes on', () => {
    const [refused, fine] = [newId(1), newId(2)];
    for (const runId of [refused, fine]) write(runId, Buffer.from('x'));
    const { shipper, sent, ack } = open();
    shipper.pump();
    shipper.onRefused(refused);
    ack(sent.find((piece) => piece.runId === fine) as never);
    expect(readdirSync(folder.output)).toEqual([`${refused}.out.refused`]);
  });
});
