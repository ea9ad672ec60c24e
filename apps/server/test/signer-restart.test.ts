import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { api } from '@carillon/contract/http/api';
import type { ApiFailure } from '@carillon/contract/http/client';
import { jobFile } from '@carillon/server/store/testing/fleet';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// As built: the signer is a program of its own, which stands beside the server's.
const built = (path: string) => import(/* @vite-ignore */ new URL(`../dist/${path}.js`, import.meta.url).href);
type TestApps = typeof import('@carillon/server/http/testing/test-app');

const folder = mkdtempSync(join(tmpdir(), 'carillon-signer-'));
const signerKeyFile = join(folder, 'signer.key');
let app: Awaited<ReturnType<TestApps['startTestApp']>>;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  const { startTestApp } = (await built('http/testing/test-app')) as TestApps;
  const { ApplyModule } = await built('features/apply/apply.module');
  app = await startTestApp(database.url, { modules: [ApplyModule], config: { signerKeyFile, signerProcess: true } });
}, 60_000);
afterAll(async () => {
  await app?.close();
  await drop?.();
  rmSync(folder, { recursive: true, force: true });
});

/** The signers that this process has started. */
function signers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = / (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S/, ''))?.[1];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(signerKeyFile);
      } catch {
        return false;
      }
    });
}

const kill = () => {
  for (const pid of signers()) process.kill(pid, 'SIGKILL');
};
const apply = (name: string) =>
  app.call(api.jobs.apply, { body: { documents: [jobFile(name, { targets: { all: true } })], allowNoHosts: true } });
const names = async () =>
  (await app.database.pool.query('SELECT name FROM job ORDER BY name')).rows.map(({ name }) => name);

/** What the book says, where it ends, and where the signer's own file says that it ends. */
async function book() {
  const { rows } = await app.database.pool.query<{ seq: number; hash: string; text: string }>(
    'SELECT seq::float8 AS seq, hash, text FROM accepted_entry ORDER BY seq',
  );
  const jobs = rows.flatMap(({ text }) =>
    (JSON.parse(text) as { records: { kind: string; name?: string }[] }).records.flatMap(({ kind, name = '' }) =>
      kind === 'job' ? [name] : [],
    ),
  );
  const last = rows.at(-1);
  return { jobs: jobs.sort(), end: last && { seq: last.seq, hash: last.hash } };
}
const kept = () => JSON.parse(readFileSync(join(folder, 'book-end.json'), 'utf8'));

describe.runIf(process.platform === 'linux')('a signer that is killed', () => {
  it('is started again by the next request, which waits for it', async () => {
    await apply('before');
    const [first] = signers();
    kill();
    await apply('after');
    expect(signers()).toHaveLength(1);
    expect(signers()).not.toContain(first);
    expect(await names()).toEqual(['after', 'before']);
  });

  it('between reading the book and being asked reads it again, and no alarm is raised', async () => {
    const { Signer } = await built('shared/signer');
    const signer = app.app.get(Signer);
    const honest = Reflect.get(signer, 'asks') as (call: string, ask: object) => Promise<unknown>;
    Reflect.set(signer, 'asks', (call: string, ask: object) => {
      if (call === 'accept') {
        Reflect.set(signer, 'asks', honest);
        kill();
      }
      return honest(call, ask);
    });
    await apply('between');
    expect(await names()).toContain('between');
  });

  it('in the middle of requests takes none that said it was done, and the book ends where it should', async () => {
    const asked = Array.from({ length: 12 }, (_, n) => `m${String(n).padStart(2, '0')}`);
    const answers = asked.map((name, n) => {
      if (n % 4 === 2) kill();
      return apply(name).then(
        () => 'done',
        (error: ApiFailure) => `${error.status} ${error.body.code}`,
      );
    });
    const said = await Promise.all(answers);
    expect(said.filter((answer) => answer !== 'done' && answer !== '503 unavailable')).toEqual([]);
    const done = asked.filter((_, n) => said[n] === 'done');
    expect(done.length).toBeGreaterThan(0);
    expect(await names()).toEqual(expect.arrayContaining(done));
    await apply('last');
    const { jobs, end } = await book();
    expect(jobs).toEqual(await names());
    // It keeps what it has read; the entry that was just written is read with the next question.
    const { seq } = kept();
    expect([end?.seq, (end?.seq ?? 0) - 1]).toContain(seq);
    // Nobody was told that the database is not what was accepted.
    const { rows } = await app.database.pool.query(`SELECT FROM audit_entry WHERE body LIKE '%not-signed%'`);
    expect(rows).toEqual([]);
  });
});
