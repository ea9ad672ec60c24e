import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FleetReport } from '@carillon/contract/fleet/messages';
import { afterEach, expect, it, vi } from 'vitest';
import { FleetProcess } from './fleet-process.js';

/** Hosts whose reports are told to it, and told back. */
const program = `process.on('message', ({ kind, reports }) => {
  if (kind === 'stop') process.exit(0);
  for (const report of reports ?? []) process.send(report);
});`;

let fleet: FleetProcess;
let folder: string;
afterEach(async () => {
  vi.useRealTimers();
  await fleet.stop();
  rmSync(folder, { recursive: true });
});

function start(hosts: number): void {
  folder = mkdtempSync(join(tmpdir(), 'carillon-fleet-'));
  const file = join(folder, 'fleet.cjs');
  writeFileSync(file, program);
  fleet = FleetProcess.start('', { hosts } as never, file);
}

/** Resolves when the report is here. */
function comes(report: object): Promise<void> {
  const here = new Promise<void>((done) => {
    const stop = fleet.listen(() => {
      stop();
      done();
    });
  });
  fleet.tell({ kind: 'tell', reports: [report] } as never);
  return here;
}
const online = (open: number): FleetReport => ({ kind: 'online', host: `h${open}`, atMs: 0, open });
const patience = { limitMs: 60_000, signal: new AbortController().signal };

it('waits for hosts as long as one comes now and then, and says how many there are', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  start(4);
  const all = fleet.untilOnline(patience).catch((error: Error) => error.message);
  for (const open of [1, 2, 3]) {
    await comes(online(open));
    vi.advanceTimersByTime(50_000);
  }
  // One that goes and comes again brings it no nearer.
  await comes({ kind: 'offline', host: 'h3', atMs: 0, open: 2 });
  await comes(online(3));
  vi.advanceTimersByTime(10_000);
  expect(await all).toBe('waited 60 s in vain for all 4 hosts to be online (3 are)');
});

it('waits for jobs as long as a host registers them now and then', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  start(3);
  const applied = (host: string) => comes({ kind: 'applied', host, jobs: 2, atMs: 0 });
  const all = fleet.untilApplied(2, patience).catch((error: Error) => error.message);
  for (const host of ['a', 'b']) {
    await applied(host);
    vi.advanceTimersByTime(50_000);
  }
  await applied('b');
  vi.advanceTimersByTime(9_000);
  await applied('c');
  expect(await all).toBe(true);
});
