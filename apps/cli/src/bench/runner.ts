import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentRow } from './agent-row.js';
import { untilInSync } from './in-sync.js';
import type { PrivateStack } from './private-stack.js';

/** Odd, so that the median is one of them. */
const rounds = 21;

/** Does nothing, and is there on every host. */
const trivial = process.platform === 'win32' ? 'C:\\Windows\\System32\\hostname.exe' : '/bin/true';

/**
 * Wall time of what Task Scheduler starts for a job over the job's program alone, the median of rounds in which both take
 * turns, so that a busy machine slows both. The job has a time as well as a signal: the runner's gate has its work to do.
 */
export async function benchRunner(stack: PrivateStack, signal: AbortSignal): Promise<AgentRow> {
  const schedule = [{ cron: '0 4 1 1 *' }, { on: 'logon' }];
  const job = { kind: 'Job', name: 'trivial', targets: { all: true }, schedule, run: { program: trivial } };
  await stack.api.call('POST', '/apply', { documents: [job] });
  const { id } = await stack.api.call<{ id: string }>('GET', `/jobs/${job.name}`);
  await untilInSync(stack, signal);
  const { runner } = JSON.parse(readFileSync(join(stack.folder.agent, 'agent.json'), 'utf8')) as AgentSettings;
  const run = { command: runner.command, arguments: [...runner.arguments, id] };
  const times = { run: [] as number[], program: [] as number[], node: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted();
    times.program.push(await wallMs({ command: trivial, arguments: [] }));
    times.run.push(await wallMs(run));
    times.node.push(await wallMs({ command: process.execPath, arguments: ['-e', '0'] }));
  }
  const bare = median(times.program);
  return {
    name: 'wall time of a run over its bare program',
    unit: 'ms',
    value: median(times.run) - bare,
    limit: 150,
    baseline: { name: 'starting a bare Node process', value: median(times.node) - bare },
    peers: 'not known',
  };
}

interface Command {
  readonly command: string;
  readonly arguments: readonly string[];
}

interface AgentSettings {
  readonly runner: Command;
}

async function wallMs({ command, arguments: args }: Command): Promise<number> {
  const startedMs = performance.now();
  const [code] = await once(spawn(command, args, { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with exit code ${code}`);
  return performance.now() - startedMs;
}

function median(values: readonly number[]): number {
  return values.slice().sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
