import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { buildAgent, builtAgent, runBuiltAgent } from '../testing/built-agent.js';
import { JobStarts, scriptJob } from '../testing/job-starts.js';
import { readKnownZones } from './known-zones.js';

beforeAll(buildAgent, 60_000);

/** Loaded before a run: says which of Node's modules were, and lets nobody ask the runtime for its zones. */
const witness = (file: string) => `if (process.argv[1] === ${JSON.stringify(builtAgent)}) {
  Intl.DateTimeFormat = () => { throw new Error('zone data of the runtime'); };
  process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(file)}, process.moduleLoadList.join('\\n')));
}`;

it('a run takes its zones from the file and loads nothing that only the agent needs', async () => {
  const jobs = new JobStarts();
  const { root, zones } = jobs.folder;
  const loaded = join(root, 'loaded');
  writeFileSync(join(root, 'witness.cjs'), witness(loaded));
  const job = scriptJob('', {
    schedule: [{ kind: 'at', local: `${new Date(Date.now() - 30_000).toISOString().slice(0, 19)}Z` }],
  });
  jobs.store(job);
  const run = () =>
    runBuiltAgent(['run', '--data', root, job.jobId], { NODE_OPTIONS: `--require=${join(root, 'witness.cjs')}` });

  expect(await run()).toMatchObject({ code: 1, stderr: expect.stringContaining('zone data of the runtime') });

  const { stdout } = await runBuiltAgent(['zones', 'Asia/Tokyo']);
  expect(readKnownZones(JSON.parse(stdout), process.env)?.tables['Asia/Tokyo']).toBeDefined();
  writeFileSync(zones, stdout);
  expect(await run()).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const modules = readFileSync(loaded, 'utf8').split('\n');
  expect(modules).toContain('NativeModule child_process');
  for (const heavy of ['tls', 'http', 'https', 'zlib', 'readline'])
    expect(modules).not.toContain(`NativeModule ${heavy}`);
}, 30_000);
