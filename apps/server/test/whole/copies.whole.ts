import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { programsOf } from '@carillon/stack/programs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Product, startProduct } from './product.js';

const programs = programsOf(resolve(import.meta.dirname, '../../../..'));
const job = 'told-once';

interface Run {
  id: string;
  state: string;
  durationMs: number | null;
}

let product: Product & { dispose(): Promise<void> };
const agents = new Set<ChildProcess>();
beforeAll(async () => {
  product = await startProduct();
});
afterEach(async () => {
  for (const agent of agents) await stop(agent);
});
afterAll(() => product?.dispose());

/** A host of its own beside the local one, with one job applied. @returns its agent's folder */
async function enrolHost(name: string): Promise<string> {
  const folder = join(product.folder, name);
  const { token } = await product.json<{ token: string }>('token', 'create');
  const scheduler = JSON.stringify([
    process.execPath,
    programs.schtasks,
    '--store',
    join(product.folder, `${name}-store`),
  ]);
  const args = ['enroll', '--server', product.url, '--data', folder, '--name', name, '--schtasks-command', scheduler];
  await promisify(execFile)(process.execPath, [programs.agent, ...args], {
    env: { ...process.env, CARILLON_JOIN_TOKEN: token },
  });
  const ledger = join(product.folder, `${name}-ledger`);
  writeFileSync(ledger, '');
  const program = `require('node:fs').appendFileSync(${JSON.stringify(ledger)}, process.env.CARILLON_RUN_ID + '\\n')`;
  const definition = {
    kind: 'Job',
    name: job,
    targets: { hosts: [name] },
    schedule: [{ on: 'logon' }],
    run: { program: process.execPath, arguments: ['-e', program] },
  };
  writeFileSync(join(product.folder, 'job.yaml'), JSON.stringify({ ...definition, name: `${job}-${name}` }));
  expect((await product.cli('apply', '-f', join(product.folder, 'job.yaml'))).stderr).toBe('');
  return folder;
}

function startAgent(folder: string): ChildProcess & { told: () => string } {
  const child = spawn(process.execPath, [programs.agent, 'agent', '--data', folder], { stdio: 'pipe' });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  agents.add(child);
  return Object.assign(child, { told: () => told });
}

async function stop(agent: ChildProcess): Promise<void> {
  agents.delete(agent);
  if (agent.exitCode !== null || agent.signalCode !== null) return;
  const gone = once(agent, 'exit');
  agent.kill('SIGTERM');
  await gone;
}

/** The job's runner, as Task Scheduler starts it; whether or not an agent works on the folder. */
async function runJob(folder: string): Promise<void> {
  const jobId = readdirSync(join(folder, 'jobs'))[0]?.replace('.json', '') ?? '';
  await promisify(execFile)(process.execPath, [programs.agent, 'run', '--data', folder, jobId]);
}

const isRegistered = (folder: string) => {
  const registered = join(folder, 'registered.json');
  return existsSync(registered) && readFileSync(registered, 'utf8').includes(job) ? true : undefined;
};

const ledgerOf = (name: string) =>
  readFileSync(join(product.folder, `${name}-ledger`), 'utf8')
    .split('\n')
    .filter(Boolean);

/** Waits until the centre has as many finished runs as the host itself counted, and compares the two. */
async function expectAgreement(name: string): Promise<void> {
  const runs = await eventually(async () => {
    const all = await product.json<Run[]>('runs', '--host', name, '--all');
    return all.filter((run) => run.durationMs !== null).length >= ledgerOf(name).length ? all : undefined;
  });
  expect(runs.map(({ id }) => id).sort()).toEqual(ledgerOf(name).sort());
  expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['succeeded']));
}

describe('a folder that was put back from an older copy', () => {
  it('goes on under new numbers, and no run is lost or counted twice', async () => {
    const folder = await enrolHost('restored');
    let agent = startAgent(folder);
    await eventually(async () => isRegistered(folder));
    for (let start = 0; start < 3; start += 1) await runJob(folder);
    await expectAgreement('restored');
    await stop(agent);

    // 1. The copy holds a run that nobody was told of yet.
    await runJob(folder);
    cpSync(folder, `${folder}-copy`, { recursive: true });

    // 2. The host goes on and tells that run, and two more.
    agent = startAgent(folder);
    for (let start = 0; start < 2; start += 1) await runJob(folder);
    await expectAgreement('restored');
    await stop(agent);

    // 3. Back to the copy; it runs on before its agent does.
    rmSync(folder, { recursive: true });
    renameSync(`${folder}-copy`, folder);
    for (let start = 0; start < 2; start += 1) await runJob(folder);
    agent = startAgent(folder);
    await expectAgreement('restored');
    expect(ledgerOf('restored')).toHaveLength(8);
    const host = await product.json<{ spool: { epoch: number } }>('hosts', 'restored');
    expect(host.spool.epoch).toBe(2);
    await stop(agent);
  });
});

describe('a copy of a host', () => {
  it('is refused while the host is there, keeps what it has to tell, and is the host once that is gone', async () => {
    const folder = await enrolHost('original');
    const agent = startAgent(folder);
    await eventually(async () => isRegistered(folder));
    await runJob(folder);
    await expectAgreement('original');
    await stop(agent);
    const copy = `${folder}-cloned`;
    cpSync(folder, copy, { recursive: true });
    const settings = join(copy, 'agent.json');
    writeFileSync(settings, readFileSync(settings, 'utf8').replace('"original"', '"cloned"'));

    const original = startAgent(folder);
    await eventually(async () => (original.told().includes('connected') ? true : undefined));
    const second = startAgent(copy);
    await eventually(async () => (second.told().includes('quarantined') ? true : undefined));
    expect(second.told()).toContain('this one, on cloned, looks like a copy of it (a cloned disk)');
    const [concern] = (await product.json<{ concerns: object[] }>('hosts', 'original')).concerns;
    expect(concern).toMatchObject({ code: 'copy', hostname: 'cloned' });
    await runJob(folder);
    await runJob(copy);
    const told = () => product.json<Run[]>('runs', '--host', 'original', '--all');
    await eventually(async () => ((await told()).length === 2 ? true : undefined));

    await stop(second);
    await stop(original);
    const alone = startAgent(copy);
    await eventually(async () => (alone.told().includes('connected') ? true : undefined));
    await expectAgreement('original');
    expect(ledgerOf('original')).toHaveLength(3);
  });
});
