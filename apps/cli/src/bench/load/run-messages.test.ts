import { agentEvent } from '@carillon/contract/agent/event-messages';
import { decodeLogFrame } from '@carillon/contract/agent/log-frame';
import { timeOfUuid7 } from '@carillon/core/state/uuid7';
import { describe, expect, it } from 'vitest';
import { RunMaker } from './run-messages.js';

const jobIds = ['01890000-0000-7000-8000-00000000000a', '01890000-0000-7000-8000-00000000000b'];
const nowMs = Date.UTC(2026, 10, 26, 8);

describe('runs of the load', () => {
  it('are what the protocol calls a start, an end and its output', () => {
    const maker = new RunMaker(jobIds);
    for (let count = 0; count < 100; count += 1) {
      const run = maker.make(nowMs);
      const [started, finished] = [run.started, run.finished].map((text) =>
        agentEvent.parse(JSON.parse(`{"seq":1${text}`)),
      );
      expect([started?.data, finished?.data]).toMatchObject([
        { kind: 'run.started', runId: run.runId },
        { kind: 'run.finished', runId: run.runId, output: { stdout: { bytes: run.outputEnd } } },
      ]);
      expect(decodeLogFrame(run.output)).toMatchObject({
        ok: true,
        chunk: { runId: run.runId, length: run.outputEnd },
      });
      expect(timeOfUuid7(run.runId)).toBe(nowMs);
    }
  });

  it('have ids of their own, on one host and on many', () => {
    const makers = [new RunMaker(jobIds), new RunMaker(jobIds)];
    const ids = Array.from({ length: 10_000 }, (_, index) => makers[index % 2]?.make(nowMs).runId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
