import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { HttpSink } from '@carillon/testkit/http-sink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ApplyModule } from '../src/features/apply/apply.module.js';
import { JobsModule } from '../src/features/jobs/jobs.module.js';
import { startTestApp, type TestApp } from '../src/http/testing/test-app.js';
import { addFleet } from '../src/store/testing/fleet.js';

const repository = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(repository, 'docs/gitops.md'), 'utf8');
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
/** What the page needs; where one is missing, its test is skipped and stands in the count of skipped tests. */
const isMissing = ['bash', 'curl', 'sed'].some((tool) => spawnSync(tool, ['--version']).error !== undefined);

let database: TestDatabase;
let app: TestApp;
let sink: HttpSink;
const folder = mkdtempSync(join(tmpdir(), 'carillon-gitops-'));
beforeAll(async () => {
  [database, sink] = await Promise.all([cloneDatabase(), HttpSink.start()]);
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule] });
  await addFleet(app.database, [{ name: 'DB-01' }]);
  mkdirSync(join(folder, 'jobs'));
});
afterAll(async () => {
  await app?.close();
  await sink?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

function write(schedule: string): void {
  writeFileSync(
    join(folder, 'jobs/nightly.yaml'),
    `kind: Job\nname: nightly\ntargets: { all: true }\nschedule: "${schedule}"\nrun: x.exe\n`,
  );
}

/** Not `spawnSync`: the server that is called runs in this process. `gh` is not here: it shows what it was told. */
function bash(script: string, more: Record<string, string> = {}) {
  const program = `carillon() { node ${join(repository, 'apps/cli/bin/carillon.mjs')} "$@"; }
gh() { echo "gh $*"; cat plan.md; }\n${script}`;
  const env = { ...process.env, CARILLON_SERVER: app.origin, CARILLON_TOKEN: app.token, ...more };
  const child = spawn('bash', ['-euo', 'pipefail', '-c', program], { env, cwd: folder });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (bytes) => {
      said[stream] += bytes;
    });
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
    child.on('close', (code) => done({ code, ...said })),
  );
}

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe.skipIf(isMissing)('docs/gitops.md', () => {
  it('has commands that plan, apply what was planned, and then find no difference', async () => {
    write('0 2 * * *');
    const { code, stdout, stderr } = await bash(blocksOf('bash').join('\n'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('there are changes\ncreated job nightly v1 (1 host)\n');
    expect(read('plan.md')).toContain('### Carillon plan: 1 to create');
  });

  it('has a workflow for GitHub that comments, and applies what was approved', async () => {
    const { jobs } = parse(blocksOf('yaml')[0] ?? '');
    write('0 3 * * *');
    const files = { GITHUB_STEP_SUMMARY: join(folder, 'summary'), GITHUB_OUTPUT: join(folder, 'output') };
    const steps = jobs.plan.steps.flatMap(({ run }: { run?: string }) => (run ? [run] : []));
    const planned = await bash(steps.join('\n'), { ...files, PR: '7' });
    expect(planned).toMatchObject({ code: 0, stderr: '' });
    expect(planned.stdout).toMatch(
      /^gh pr comment 7 --body-file plan.md .*\n### Carillon plan: 0 to create, 1 to update/,
    );
    const output = Object.fromEntries(
      read('output')
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    );
    expect(output).toEqual({ status: '2', hash: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const apply = () => bash(jobs.apply.steps[1].run, { HASH: output.hash, GITHUB_ACTOR: 'ann', GITHUB_SHA: 'abc' });
    expect(await apply()).toMatchObject({ code: 0, stdout: 'updated job nightly v2 (1 host)\n' });
    const again = await apply();
    expect(again.code).toBe(1);
    expect(again.stderr).toContain(`expected the plan ${output.hash}`);
  });

  it('has a pipeline for GitLab that comments, and applies what was approved', async () => {
    const pipeline = parse(blocksOf('yaml')[1] ?? '');
    write('0 4 * * *');
    const env = { CI_API_V4_URL: sink.url, CI_PROJECT_ID: '5', CI_MERGE_REQUEST_IID: '9', PLAN_TOKEN: 't' };
    expect(await bash(pipeline.plan.script.join('\n'), env)).toMatchObject({ code: 0, stderr: '' });
    await sink.taken(1);
    const [{ body }] = sink.requests as unknown as [{ body: string }];
    expect(new URLSearchParams(body).get('body')).toMatch(/^### Carillon plan: 0 to create, 1 to update/);
    const [, hash = ''] = read('plan.env').trim().split('=');
    const applied = await bash(pipeline.apply.script.join('\n'), {
      HASH: hash,
      GITLAB_USER_LOGIN: 'bo',
      CI_COMMIT_SHA: 'd',
    });
    expect(applied).toMatchObject({ code: 0, stdout: 'updated job nightly v3 (1 host)\n' });
  });

  it('stops at an error, and does not take it for a change', async () => {
    write('0 25 * * *');
    const { code, stdout } = await bash(blocksOf('bash').join('\n'));
    expect([code, stdout]).toEqual([1, '']);
  });
});
