import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import { makeEvent } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { isRunning, listRunning, type RunningFile, removeRunning, renewRunning, writeRunning } from './running-file.js';

function sample(): RunningFile {
  const { data } = makeEvent({ runId: newId() });
  const { kind: _, ...identity } = data as Extract<typeof data, { kind: 'run.started' }>;
  return { identity, pid: process.pid, encoding: 'auto' };
}

describe('the file of a run under way', () => {
  it('tells when its runner last showed life', () => {
    const folder = makeTempFolder();
    const running = sample();
    writeRunning(folder, running);
    const atMs = Date.parse('2026-11-23T08:00:00Z');
    renewRunning(folder, running, atMs);
    expect(listRunning(folder)).toEqual([{ running, renewedMs: atMs }]);
    removeRunning(folder, running.identity.runId);
    expect(isRunning(folder, running.identity.runId)).toBe(false);
  });

  it('comes back when it was given up while the runner still lives', () => {
    const folder = makeTempFolder();
    const running = sample();
    renewRunning(folder, running, Date.now());
    expect(listRunning(folder).map((each) => each.running)).toEqual([running]);
  });

  it('that cannot be renewed does not end the run', () => {
    const folder = makeTempFolder();
    rmSync(folder, { recursive: true });
    renewRunning(folder, sample(), Date.now());
  });
});
