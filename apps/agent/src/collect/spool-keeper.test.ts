import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import { writeRunning } from '../runner/running-file.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { FileEventLog } from '../state/event-log.js';
import { identityOf, makeEvent, makeEvents } from '../testing/samples.js';
import { makeAgentFolder } from '../testing/temp-folder.js';
import { giveUpOutput, listOutput } from './output-loss.js';
import { defaultSpoolRules, SpoolKeeper } from './spool-keeper.js';

const now = Date.parse('2026-11-26T12:00:00Z');
const rules = { ...defaultSpoolRules, totalBytes: 10_000, eventBytes: 5_000, reserveBytes: 1_000, keepFreeBytes: 0 };

let folder: AgentFolder;
let eventLog: FileEventLog;
beforeEach(() => {
  folder = makeAgentFolder();
  eventLog = new FileEventLog(folder.log);
});

const keeper = () => new SpoolKeeper({ folder, eventLog, log: silentLog, rules });
const told = () => eventLog.read(1, 1_000).map(({ data }) => data);

/** Output of a run that ended so long ago. */
function leaveOutput(bytes: number, agoMs: number, runId = newId()): string {
  const path = join(folder.output, `${runId}.out`);
  writeFileSync(path, Buffer.alloc(bytes));
  utimesSync(path, (now - agoMs) / 1_000, (now - agoMs) / 1_000);
  return runId;
}

describe('the spool', () => {
  it('within its bounds is left alone, and has a reserve', () => {
    leaveOutput(5_000, 1_000);
    const tended = keeper();
    tended.tend(now);
    expect(told()).toEqual([]);
    expect(tended.health).toMatchObject({ spoolBytes: 5_000, problem: null });
    expect(readdirSync(join(folder.root, 'spool')).sort()).toEqual(['drop', 'log', 'out', 'room']);
  });

  it('that is too big gives the oldest output up first, but not of a run under way', () => {
    const event = makeEvent();
    const running = identityOf(event);
    writeRunning(folder.running, { identity: running, pid: process.pid, encoding: 'auto' });
    leaveOutput(4_000, 50_000, running.runId);
    const oldest = leaveOutput(3_000, 40_000);
    const older = leaveOutput(3_000, 30_000);
    const newest = leaveOutput(3_000, 20_000);
    eventLog.append([event]);
    const tended = keeper();
    tended.tend(now);
    expect(readdirSync(folder.output).sort()).toEqual([`${newest}.out`, `${running.runId}.out`].sort());
    expect(told()[1]).toEqual({
      kind: 'spool.lost',
      reason: 'size',
      runEvents: 0,
      otherEvents: 0,
      outputRuns: 2,
      outputBytes: 6_000,
      runIds: [oldest, older].sort(),
      from: new Date(now - 40_000).toISOString(),
      to: new Date(now - 30_000).toISOString(),
    });
    expect(tended.health.spoolBytes).toBeLessThan(8_000);
  });

  it('gives up output that waited for a week, not events', () => {
    const day = 24 * 60 * 60_000;
    const old = leaveOutput(10, 8 * day);
    leaveOutput(10, 6 * day);
    eventLog.append([{ ...makeEvent(), at: new Date(now - 30 * day).toISOString() }]);
    keeper().tend(now);
    expect(readdirSync(folder.output)).toHaveLength(1);
    expect(told()[1]).toMatchObject({ kind: 'spool.lost', reason: 'age', runIds: [old] });
  });

  it('drops events when they alone are too many', () => {
    eventLog.append(makeEvents(50));
    const rules = { ...defaultSpoolRules, eventBytes: 15_000 };
    new SpoolKeeper({ folder, eventLog, log: silentLog, rules }).tend(now);
    expect(eventLog.bytes).toBeLessThan(rules.eventBytes);
    expect(told().at(-1)).toMatchObject({ kind: 'spool.lost', reason: 'size', outputRuns: 0 });
  });

  it('tells a loss once, though the agent died before it was told or after', () => {
    leaveOutput(10, 1_000);
    const id = newId();
    giveUpOutput(folder, listOutput(folder), 'size', id);
    const copy = readdirSync(folder.output)[0]!;
    keeper().tend(now);
    expect(eventLog.read(1, 10).map(({ eventId }) => eventId)).toEqual([id]);
    // The event is on disk, its files are still there.
    writeFileSync(join(folder.output, copy), Buffer.alloc(10));
    eventLog = new FileEventLog(folder.log);
    keeper().tend(now);
    expect(eventLog.next).toBe(2);
    expect(readdirSync(folder.output)).toEqual([]);
  });

  it('is swept of what killed writers left, when nobody can be writing it any more', () => {
    const hour = 60 * 60_000;
    for (const [name, ago] of [
      ['a.json.1.tmp', 2 * hour],
      ['b.json.2.tmp', 1_000],
    ] as const) {
      writeFileSync(join(folder.drop, name), '{');
      utimesSync(join(folder.drop, name), (now - ago) / 1_000, (now - ago) / 1_000);
    }
    keeper().tend(now);
    expect(readdirSync(folder.drop)).toEqual(['b.json.2.tmp']);
  });

  it('that cannot be looked at is said, and no more than that', () => {
    const tended = keeper();
    rmSync(folder.output, { recursive: true });
    tended.tend(now);
    expect(tended.health.problem).toContain('ENOENT');
  });
});
