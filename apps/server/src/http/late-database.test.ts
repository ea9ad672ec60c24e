import { api } from '@carillon/contract/http/api';
import { ApiFailure } from '@carillon/contract/http/client';
import type { ApiErrorBody } from '@carillon/contract/http/error';
import { cloneDatabase } from '@carillon/testkit/database';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApplyModule } from '../features/apply/apply.module.js';
import { jobFile } from '../store/testing/fleet.js';
import { makeApiToken } from './api-token.js';
import { answerFor } from './error-answer.js';
import { startTestApp, type TestApp } from './testing/test-app.js';

const late = { status: 503, body: { code: 'unavailable', params: { late: true } } };

let app: TestApp;
let other: pg.Client;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule], config: { statementTimeoutMs: 300 } });
  other = new pg.Client(database.url);
  await other.connect();
});
afterAll(async () => {
  await other?.end();
  await app?.close();
  await drop?.();
});

/** What happens while somebody else holds the lock, and the one line of the log. */
async function meanwhile(lock: string, work: () => Promise<unknown>) {
  const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
  await other.query('BEGIN');
  try {
    await other.query(lock);
    const failure = await work().then(
      () => undefined,
      (error: unknown) => error,
    );
    return { failure, log: warn.mock.calls.map(([line]) => line) };
  } finally {
    await other.query('ROLLBACK');
    warn.mockRestore();
  }
}

const apply = () => app.call(api.jobs.apply, { body: { documents: [jobFile('good')], allowNoHosts: true } });

describe('a database that takes too long', () => {
  it.each([
    ['where another change of definitions is under way', "SELECT pg_advisory_xact_lock(hashtext('carillon.apply'))"],
    ['where a table is locked', 'LOCK TABLE job_version'],
  ])('is told as such %s, and the same asked again is done', async (_, lock) => {
    const { failure, log } = await meanwhile(lock, apply);
    expect(failure).toBeInstanceOf(ApiFailure);
    expect(failure).toMatchObject(late);
    expect((failure as ApiFailure).message).toMatch(/took it back; try again in a moment/);
    expect(log).toEqual([
      expect.stringMatching(/^POST \/api\/v1\/apply: the database took too long: 57014: .*timeout/),
    ]);
    expect(await apply()).toMatchObject({ results: [{ name: 'good' }] });
  });

  it('is told as such before it is known who asks', async () => {
    const { token } = makeApiToken();
    const headers = { authorization: `Bearer ${token}` };
    const ask = () => app.fetch('/api/v1/apply', { method: 'POST', headers });
    const { failure, log } = await meanwhile('LOCK TABLE api_token', async () => {
      const answer = await ask();
      throw new ApiFailure(answer.status, (await answer.json()) as ApiErrorBody);
    });
    expect(failure).toMatchObject(late);
    expect(log).toEqual([expect.stringContaining('the database took too long: 57014')]);
    expect((await ask()).status).toBe(401);
  });

  it('is told as such where all of a change takes too long, and nothing of it is kept', async () => {
    const failure = await app.database
      .transaction(async (tx) => {
        await tx.$executeRaw`INSERT INTO sign_in_failure VALUES ('late', 1, now())`;
        for (;;) await tx.$executeRaw`SELECT 1`;
      }, 50)
      .catch((error: unknown) => error);
    expect(answerFor(failure)).toMatchObject({ ...late, unexpected: false, remark: expect.stringContaining('P2028') });
    expect((await other.query("SELECT 1 FROM sign_in_failure WHERE key = 'late'")).rows).toEqual([]);
  });
});
