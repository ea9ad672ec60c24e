import { gunzipSync } from 'node:zlib';
import { decodeLogFrame, type LogChunk } from '@carillon/contract/agent/log-frame';
import { limits } from '@carillon/contract/limits';
import { describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import type { StoredRecord } from '../runner/output-file.js';
import { OutputShipper } from './output-shipper.js';
import type { OutputSource } from './output-source.js';

/** Output that lies in memory, record by record. */
class ListSource implements OutputSource {
  readonly byRun = new Map<string, { stream: 'stdout' | 'stderr'; data: Buffer }[]>();
  readonly refused: string[] = [];

  add(count: number, bytes = 10, stream: 'stdout' | 'stderr' = 'stdout'): string {
    const runId = newId();
    this.byRun.set(
      runId,
      Array.from({ length: count }, () => ({ stream, data: Buffer.alloc(bytes, 'x') })),
    );
    return runId;
  }

  runs() {
    return [...this.byRun.keys()];
  }

  read(runId: string, position: number, limit: number) {
    const all = this.byRun.get(runId) ?? [];
    const offsets = { stdout: 0, stderr: 0 };
    const records = all.map(({ stream, data }): StoredRecord => {
      const offset = offsets[stream];
      offsets[stream] += data.length;
      return { stream, offset, atMs: 1, droppedBefore: 0, data, size: 1 };
    });
    const some = records.slice(position, position + limit);
    return { records: some, position: position + some.length, complete: some.length < limit };
  }

  remove(runId: string) {
    this.byRun.delete(runId);
  }

  putAside(runId: string) {
    this.refused.push(runId);
    this.byRun.delete(runId);
  }
}

function makeShipper() {
  const source = new ListSource();
  const shipper = new OutputShipper(source);
  const sent: LogChunk[] = [];
  const attach = () =>
    shipper.attach((frame) => {
      const decoded = decodeLogFrame(frame);
      if (!decoded.ok) throw new Error(decoded.message);
      sent.push(decoded.chunk);
    });
  const ack = ({ runId, stream, offset, length }: LogChunk) =>
    shipper.onAck([{ runId, stream, upToOffset: offset + length }]);
  attach();
  return { source, shipper, sent, attach, ack };
}

describe('acks', () => {
  it('out of order count, but what is before them is kept', () => {
    const { source, shipper, sent, ack, attach } = makeShipper();
    const runId = source.add(1, 10, 'stdout');
    source.byRun.get(runId)?.push({ stream: 'stderr', data: Buffer.from('e') });
    shipper.pump();
    const [out, err] = [...sent];
    ack(err!);
    expect(source.runs()).toEqual([runId]);
    attach();
    shipper.pump();
    // The first was not confirmed: both come again.
    expect(sent.slice(2)).toEqual([out, err]);
    ack(out!);
    ack(err!);
    expect(source.runs()).toEqual([]);
  });

  it('of runs and bytes nobody knows change nothing', () => {
    const { source, shipper, sent } = makeShipper();
    const runId = source.add(1);
    shipper.onAck([{ runId: newId(), stream: 'stdout', upToOffset: 10 }]);
    shipper.pump();
    shipper.onAck([{ runId, stream: 'stderr', upToOffset: 10 }]);
    shipper.onAck([{ runId, stream: 'stdout', upToOffset: 9 }]);
    expect([sent.length, source.runs()]).toEqual([1, [runId]]);
  });
});

describe('one long output', () => {
  it('does not hold up the others, however slowly the acks come', () => {
    const { source, shipper, sent, ack } = makeShipper();
    source.add(100);
    source.add(100);
    const short = source.add(1);
    shipper.pump();
    let acked = 0;
    while (!sent.some((chunk) => chunk.runId === short)) {
      expect(acked).toBeLessThan(20);
      ack(sent[acked]!);
      acked += 1;
    }
  });

  it('never has more under way than allowed, and comes whole', () => {
    const { source, shipper, sent, ack } = makeShipper();
    const [a, b] = [source.add(40), source.add(25)];
    shipper.pump();
    for (let acked = 0; acked < sent.length; acked += 1) {
      expect(sent.length - acked).toBeLessThanOrEqual(limits.inFlightFrames);
      ack(sent[acked]!);
    }
    const bytesOf = (runId: string) =>
      sent.filter((chunk) => chunk.runId === runId).reduce((sum, chunk) => sum + chunk.length, 0);
    expect([bytesOf(a), bytesOf(b), source.runs()]).toEqual([400, 250, []]);
  });
});

describe('a refused run', () => {
  it('is put aside once, and its room goes to the others', () => {
    const { source, shipper, sent, ack } = makeShipper();
    const bad = source.add(8);
    shipper.pump();
    const good = source.add(3);
    shipper.onRefused(bad);
    shipper.onRefused(bad);
    const chunks = sent.filter((chunk) => chunk.runId === good);
    expect(chunks).toHaveLength(3);
    for (const chunk of sent.slice(0, 8)) ack(chunk);
    for (const chunk of chunks) ack(chunk);
    expect([source.refused[0], source.runs()]).toEqual([bad, []]);
  });
});

describe('a frame', () => {
  it('is compressed when that pays', () => {
    const { source, shipper, sent } = makeShipper();
    source.add(1, 5_000);
    source.add(1, 100);
    shipper.pump();
    expect(sent.map(({ codec, length }) => [codec, length])).toEqual([
      ['gzip', 5_000],
      ['none', 100],
    ]);
    expect(gunzipSync(sent[0]!.data).toString()).toBe('x'.repeat(5_000));
  });
});
