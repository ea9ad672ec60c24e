import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { readRunning } from '@carillon/stack/data-folder';
import type { AgentRow } from './agent-row.js';
import { watchWire } from './idle-network.js';
import { untilInSync } from './in-sync.js';
import { withPrivateStack } from './private-stack.js';
import { type ProcessUse, useOf } from './process-use.js';
import { benchRunner } from './runner.js';

export interface AgentBenchOptions {
  readonly repository: string;
  /** How long to watch the idle agent. */
  readonly seconds: number;
  readonly onProgress: (text: string) => void;
}

const tasks = 50;
/** Joining, registering and the first garbage collections are over by then. */
const settleMs = 20_000;

/** An agent that has nothing to do, beside a bare Node process with one idle connection to the same server; and a run beside its program. */
export function benchAgent({ repository, seconds, onProgress }: AgentBenchOptions): Promise<AgentRow[]> {
  return withPrivateStack(repository, onProgress, async (stack, signal) => {
    await stack.api.call('POST', '/apply', { documents: Array.from({ length: tasks }, (_, index) => idleJob(index)) });
    onProgress(`waiting until ${tasks} tasks are registered`);
    await untilInSync(stack, signal);
    const wire = await watchWire(stack, signal);
    const bare = bareNode(stack.url);
    try {
      onProgress(`letting it settle, then watching it for ${seconds} s`);
      await wait(settleMs, undefined, { signal });
      wire.start();
      const idle = await watch(readRunning(stack.folder)?.agentPid, bare.pid, seconds, signal);
      const network = wire.row();
      onProgress('running a program that does nothing, with and without us');
      return [...idle, network, await benchRunner(stack, signal)];
    } finally {
      wire.stop();
      bare.kill('SIGKILL');
      await once(bare, 'exit');
    }
  });
}

async function watch(agent = -1, bare = -1, seconds: number, signal: AbortSignal): Promise<AgentRow[]> {
  const before = [useOf(agent), useOf(bare)] as const;
  await wait(seconds * 1_000, undefined, { signal });
  const after = [useOf(agent), useOf(bare)] as const;
  const cpu = (index: 0 | 1) => percentOfCore(before[index], after[index], seconds);
  const memory = (index: 0 | 1) => after[index] && after[index].rssBytes / 2 ** 20;
  const baseline = 'a bare Node process with one idle connection';
  return [
    {
      name: `memory of an idle agent with ${tasks} tasks`,
      unit: 'MiB resident',
      value: memory(0) ?? null,
      limit: 60,
      baseline: { name: baseline, value: memory(1) ?? null },
      peers: 'xySat 66-101, a Cronicle worker 109 and more',
    },
    {
      name: `CPU of an idle agent with ${tasks} tasks`,
      unit: '% of one core',
      value: cpu(0),
      limit: 0.2,
      baseline: { name: baseline, value: cpu(1) },
      peers: 'xySat 0.85',
    },
  ];
}

function percentOfCore(before: ProcessUse | undefined, after: ProcessUse | undefined, seconds: number): number | null {
  return before && after ? ((after.cpuMs - before.cpuMs) / (seconds * 1_000)) * 100 : null;
}

/** Fires on New Year's morning only: registered like any other, and never in the way of the measuring. */
function idleJob(index: number): unknown {
  const minute = index % 60;
  const run = { program: 'node', arguments: ['-e', '0'] };
  return { kind: 'Job', name: `idle-${index}`, targets: { all: true }, schedule: `${minute} 4 1 1 *`, run };
}

function bareNode(url: string): ChildProcess {
  const { port, hostname } = new URL(url);
  const script = `require('node:net').connect(${Number(port)}, ${JSON.stringify(hostname)}).resume(); setInterval(() => {}, 2 ** 30)`;
  return spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
}
