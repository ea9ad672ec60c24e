import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import type { ActionOrder } from './action-order.js';
import { ActionPool } from './action-pool.js';

/** A real thread that does what the name of a job says. */
const program = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ host, job }) => {
  const say = (text) => parentPort.postMessage({ kind: 'wrote', stream: 'stdout', text });
  say('began ' + host + '\\n');
  if (job.name === 'turn') for (;;);
  if (job.name === 'die') process.exit(7);
  if (job.name === 'talk') for (let line = 0; line < 100; line += 1) say('0123456789\\n');
  if (job.name === 'talk') say('::result {}\\n');
  if (job.name !== 'wait') parentPort.postMessage({ kind: 'ended', exitCode: 3 });
});`;

let pool: ActionPool;
let started: Worker[];
function makePool(atOnce: number, idleMs = 60_000) {
  started = [];
  const start = () => {
    const worker = new Worker(program, { eval: true });
    started.push(worker);
    return worker;
  };
  pool = new ActionPool(start, { atOnce, idleMs, keepCharacters: 200 });
}
afterEach(() => pool.close());

const order = (name: string, host = 'a') => ({ host, job: { name, jobId: name } }) as ActionOrder;

it('carries out what it is given, with few threads for many hosts', async () => {
  makePool(2);
  const ends = await Promise.all(
    Array.from({ length: 40 }, (_, at) => pool.carryOut(order('work', `h${at}`), 60_000).end),
  );
  expect(ends.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 40 }, (_, at) => `began h${at}\n`));
  expect(new Set(ends.map(({ how, exitCode }) => `${how} ${exitCode}`))).toEqual(new Set(['exited 3']));
  expect(started).toHaveLength(2);
});

it('ends what takes too long, though it never looks up, and goes on', async () => {
  makePool(1);
  const turning = pool.carryOut(order('turn'), 300);
  const next = pool.carryOut(order('work', 'b'), null);
  expect(await turning.end).toMatchObject({ how: 'timed-out', exitCode: null, stderr: '' });
  expect(await next.end).toMatchObject({ how: 'exited', exitCode: 3 });
});

it('stops what works and what waits', async () => {
  makePool(1);
  const first = pool.carryOut(order('wait'), null);
  const second = pool.carryOut(order('work', 'b'), null);
  const third = pool.carryOut(order('work', 'c'), null);
  second.stop();
  expect(await second.end).toEqual({ how: 'stopped', exitCode: null, stdout: '', stderr: '' });
  first.stop();
  expect(await first.end).toMatchObject({ how: 'stopped' });
  expect(await third.end).toMatchObject({ how: 'exited' });
});

it('lets a job run once at a time on a host', async () => {
  makePool(2);
  const first = pool.carryOut(order('wait'), null);
  const same = pool.carryOut(order('wait'), null);
  const other = pool.carryOut(order('work'), null);
  await other.end;
  first.stop();
  await first.end;
  same.stop();
  expect(await same.end).toMatchObject({ how: 'stopped' });
});

it('outlives a thread that dies', async () => {
  makePool(1);
  expect(await pool.carryOut(order('die'), null).end).toMatchObject({
    ...{ how: 'exited', exitCode: 1 },
    stderr: 'the thread that carried it out has ended\n',
  });
  expect(await pool.carryOut(order('work'), null).end).toMatchObject({ exitCode: 3 });
});

it('keeps so much of the output, and its last line for machines', async () => {
  makePool(1);
  const { stdout } = await pool.carryOut(order('talk'), null).end;
  expect(stdout.length).toBeLessThan(220);
  expect(stdout).toMatch(/9\n::result \{\}\n$/);
});
