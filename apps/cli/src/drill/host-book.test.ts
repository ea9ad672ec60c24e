import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { drillEnvironment } from './drill-process.js';
import { bookProgram, bookVariable, readBook } from './host-book.js';

const folder = mkdtempSync(join(tmpdir(), 'carillon-book-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the book of a host', () => {
  it.skipIf(process.platform === 'win32')('says what the program did, as the world outside saw it', async () => {
    const file = join(folder, 'book');
    const { program, arguments: args } = bookProgram();
    const run = { CARILLON_RUN_ID: 'r1', CARILLON_JOB: 'j', CARILLON_SCHEDULED_FOR: '2026-03-01T12:00:05.000Z' };
    const env = { PATH: process.env.PATH, [bookVariable]: file, ...run };
    const seen = await new Promise<{ code: number; stdout: string }>((resolve) => {
      execFile(program, args, { env }, (error, stdout) => resolve({ code: Number(error?.code ?? 0), stdout }));
    });
    const [found, ...more] = readBook('h', readFileSync(file, 'utf8'));
    expect(more).toEqual([]);
    expect(found).toMatchObject({ host: 'h', runId: 'r1', job: 'j', scheduledFor: run.CARILLON_SCHEDULED_FOR });
    expect(found?.end).toMatchObject({
      exitCode: seen.code,
      state: seen.code === 0 ? 'succeeded' : 'failed',
      stdoutSha256: createHash('sha256').update(seen.stdout).digest('hex'),
    });
  });

  it('has a run without an end, one that began twice, and no line that is cut off', () => {
    const text = 'r1|j||1772366400|began\nr2|j||1772366400|began\nr1|j||1772366401|3\nr2|j||1772366402|began\nr3|j||17';
    expect(readBook('h', text).map(({ runId, scheduledFor, end }) => [runId, scheduledFor, end?.exitCode])).toEqual([
      ['r1', null, 3],
      ['r2', null, undefined],
      ['r2', null, undefined],
    ]);
  });
});

it('gives its programs nothing that configures a deployment', () => {
  const kept = { PATH: '/bin', HOME: '/root', TZ: 'UTC' };
  const real = {
    CARILLON_ALERTMANAGER_URL: 'http://real.test',
    CARILLON_HOST: '0.0.0.0',
    DATABASE_URL_FILE: '/run/secrets/database',
    REDIS_URL: 'redis://real.test',
    PGHOST: 'real.test',
    NODE_OPTIONS: '--inspect',
  };
  expect(drillEnvironment({ ...kept, ...real })).toEqual(kept);
});
