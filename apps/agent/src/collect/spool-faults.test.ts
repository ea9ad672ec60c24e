import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Manifest } from '@carillon/core/job/job-spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import { dropEvent } from '../runner/drop-event.js';
import { writeIfRoom, writeOutcome } from '../runner/full-disk.js';
import { leaveTicket } from '../runner/start-ticket.js';
import { type AgentFolder, agentFolderAt, prepareAgentFolder } from '../state/agent-folder.js';
import { reserveSize } from '../state/disk-reserve.js';
import { FileEventLog } from '../state/event-log.js';
import { writeJson } from '../state/files.js';
import { buildAgent, builtProgram } from '../testing/agent-programs.js';
import { makeEvent, makeManifest, nodeProgram, signer, signManifest } from '../testing/samples.js';
import { fillDisk, makeSmallDisk, noSmallDisk } from '../testing/small-disk.js';
import { makeAgentFolder, makeTempFolder } from '../testing/temp-folder.js';
import { waitUntil } from '../testing/wait-until.js';
import { Collector } from './collector.js';
import { defaultSpoolRules, SpoolKeeper } from './spool-keeper.js';

beforeAll(buildAgent, 120_000);

const everything = (log: FileEventLog) => log.read(log.first, 1_000_000);

function store(folder: AgentFolder, manifest: Manifest): Manifest {
  writeJson(join(folder.jobs, `${manifest.jobId}.json`), signManifest(manifest));
  return manifest;
}

/** A runner as Task Scheduler starts it. */
function startRunner(folder: AgentFolder, { jobId }: Manifest): { runId: string; process: ChildProcess } {
  const runId = newId();
  leaveTicket(folder.tickets, jobId, { commandId: newId(), runId, expiresAtMs: Date.now() + 60_000 });
  return { runId, process: spawn(process.execPath, [builtProgram('main'), 'run', '--data', folder.root, jobId]) };
}

describe('a writer that is killed', () => {
  it('leaves everything that it had confirmed, in order, and nothing half', async () => {
    const folder = makeTempFolder();
    const confirmed: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const writer = spawn(process.execPath, [builtProgram('testing/log-writer'), folder]);
      let printed = '';
      const enough = Math.floor(Math.random() * 30_000);
      const ended = once(writer, 'close');
      writer.stdout.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.length > enough) writer.kill('SIGKILL');
      });
      await ended;
      confirmed.push(...printed.split('\n').slice(0, -1));
    }
    const log = new FileEventLog(folder);
    const kept = everything(log);
    expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1));
    expect(log.epoch).toBe(1);
    const ids = new Set(kept.map(({ eventId }) => eventId));
    expect(ids.size).toBe(kept.length);
    expect(confirmed.length).toBeGreaterThan(1_000);
    const place = new Map(kept.map(({ eventId, seq }) => [eventId, seq]));
    const places = confirmed.map((id) => place.get(id) ?? 0);
    expect(places.includes(0)).toBe(false);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
});

describe('many writers', () => {
  it('lose nothing to each other: runners by the dozen while the agent collects', async () => {
    const folder = makeAgentFolder();
    const eventLog = new FileEventLog(folder.log);
    const collector = new Collector({ folder, eventLog, onNews: () => undefined, log: silentLog });
    collector.start();
    const runners = Array.from({ length: 12 }, () =>
      startRunner(folder, store(folder, makeManifest({ run: nodeProgram('console.log(1)') }))),
    );
    await Promise.all(runners.map(({ process }) => once(process, 'close')));
    collector.stop();
    const told = everything(eventLog).map(({ data }) => `${data.kind} ${'runId' in data ? data.runId : ''}`);
    const expected = runners.flatMap(({ runId }) => [`run.started ${runId}`, `run.finished ${runId}`]);
    expect(told.toSorted()).toEqual(expected.toSorted());
    expect(readdirSync(folder.drop)).toEqual([]);
  });
});

describe.skipIf(noSmallDisk)(`a full disk${noSmallDisk ? ` (skipped: ${noSmallDisk})` : ''}`, () => {
  const kibi = 1_024;

  function makeHost(reserveBytes: number) {
    const disk = makeSmallDisk(2_048 * kibi);
    const folder = agentFolderAt(join(disk, 'agent'));
    prepareAgentFolder(folder);
    writeJson(folder.trust, { signerKeys: [signer.publicKey] });
    const eventLog = new FileEventLog(folder.log, folder.reserve);
    const rules = { ...defaultSpoolRules, reserveBytes, keepFreeBytes: 64 * kibi };
    const keeper = new SpoolKeeper({ folder, eventLog, log: silentLog, rules });
    keeper.tend(Date.now());
    const collect = () => {
      const collector = new Collector({ folder, eventLog, keeper, onNews: () => undefined, log: silentLog });
      collector.start();
      collector.stop();
    };
    return { disk, folder, eventLog, keeper, collect };
  }

  it('does not keep a run from running, and its result is written from the reserve', async () => {
    const { disk, folder, eventLog, keeper, collect } = makeHost(512 * kibi);
    const marker = join(makeTempFolder(), 'ran');
    const run = nodeProgram(`require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'x'); console.log('out')`);
    const job = store(folder, makeManifest({ run }));
    const runner = startRunner(folder, job);
    const giveBack = fillDisk(disk);
    expect(await once(runner.process, 'close')).toEqual([0, null]);
    expect(existsSync(marker)).toBe(true);
    collect();
    expect(everything(eventLog).map(({ data }) => data)).toMatchObject([
      { kind: 'run.started', runId: runner.runId },
      { kind: 'run.finished', runId: runner.runId, state: 'succeeded', exitCode: 0 },
    ]);
    expect(reserveSize(folder.reserve)).toBeLessThan(512 * kibi);
    expect(keeper.health.problem).toContain('the disk is nearly full');
    // An ack finds room too.
    eventLog.ack(1, 2);
    expect(new FileEventLog(folder.log, folder.reserve).first).toBe(3);

    giveBack();
    keeper.tend(Date.now());
    expect([reserveSize(folder.reserve), keeper.health.problem]).toEqual([512 * kibi, null]);
  });

  it('without any reserve: the program runs, and its result is written when there is room again', async () => {
    const { disk, folder, eventLog, collect } = makeHost(0);
    const marker = join(makeTempFolder(), 'ran');
    const job = store(
      folder,
      makeManifest({ run: nodeProgram(`require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'x')`) }),
    );
    const runId = newId();
    leaveTicket(folder.tickets, job.jobId, { commandId: newId(), runId, expiresAtMs: Date.now() + 60_000 });
    const giveBack = fillDisk(disk);
    const runner = promisify(execFile)(process.execPath, [
      builtProgram('main'),
      'run',
      '--data',
      folder.root,
      job.jobId,
    ]);
    await waitUntil(() => existsSync(marker), 'the program');
    collect();
    expect(everything(eventLog)).toEqual([]);
    giveBack();
    await runner;
    collect();
    // Its start too, where there was room for it by then.
    const told = everything(eventLog).map(({ data }) => data);
    expect(told.at(-1)).toMatchObject({ kind: 'run.finished', runId, jobId: job.jobId, state: 'succeeded' });
    expect(told.slice(0, -1).every(({ kind }) => kind === 'run.started')).toBe(true);
  });

  it('that takes no result at all: that one was lost is told when there is room', async () => {
    const { disk, folder, eventLog, keeper } = makeHost(64 * kibi);
    const giveBack = fillDisk(disk);
    truncateSync(folder.reserve, 0);
    fillDisk(disk);
    const write = () => dropEvent(folder.drop, makeEvent());
    expect(writeIfRoom(folder, write)).toBe(false);
    expect(await writeOutcome(folder, write, 0)).toBe(false);
    expect(await writeOutcome(folder, write, 0)).toBe(false);
    keeper.tend(Date.now());
    expect(keeper.health.problem).toBe('the disk is full');
    giveBack();
    keeper.tend(Date.now());
    keeper.tend(Date.now());
    expect(everything(eventLog).map(({ data }) => data)).toMatchObject([
      { kind: 'spool.lost', reason: 'disk', runEvents: 2 },
    ]);
  });

  it('takes output first, for the results of runs', () => {
    const { disk, folder, eventLog, keeper } = makeHost(128 * kibi);
    const minutesAgo = (minutes: number) => Date.now() / 1_000 - minutes * 60;
    for (const minutes of [9, 8, 0]) {
      const path = join(folder.output, `${newId()}.out`);
      writeFileSync(path, Buffer.alloc(400 * kibi, 7));
      utimesSync(path, minutesAgo(minutes), minutesAgo(minutes));
    }
    fillDisk(disk);
    keeper.tend(Date.now());
    expect(readdirSync(folder.output)).toHaveLength(2);
    expect(everything(eventLog).map(({ data }) => data)).toMatchObject([
      { kind: 'spool.lost', reason: 'disk', outputRuns: 1, outputBytes: 400 * kibi, runEvents: 0 },
    ]);
    keeper.tend(Date.now());
    expect(keeper.health.problem).toBe(null);
  });
});
