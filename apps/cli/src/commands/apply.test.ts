import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer, refuse } from '../testing/fake-server.js';
import { createdResults } from '../testing/samples.js';

let server: FakeServer;
let cli: CliHarness;

beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
  server.on(jobRoutes.apply, ({ body }) => {
    const { documents, dryRun } = body as { documents: unknown[]; dryRun: boolean };
    return { dryRun, results: createdResults(documents) };
  });
});

afterEach(async () => {
  await server.stop();
  cli.remove();
});

const job = (name: string) =>
  `kind: Job\nname: ${name}\ntargets: { all: true }\nschedule: "0 2 * * *"\nrun: C:\\b.bat\n`;
const group = 'kind: HostGroup\nname: prod\nlabels: { env: prod }\n';

describe('apply', () => {
  it('sends all documents of all files in one request, groups before jobs', async () => {
    cli.file('a.yaml', `${job('One')}---\n${job('Two')}`);
    cli.file('b.yaml', group);
    const answer = await cli.run('apply', '-f', 'a.yaml', '-f', 'b.yaml');
    expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
    expect(answer.stdout).toBe('created host group prod\ncreated job One v1 (1 host)\ncreated job Two v1 (1 host)\n');
    expect(server.calls).toHaveLength(1);
    expect(server.calls[0]?.asked.body).toMatchObject({ author: 'tester', dryRun: false, allowNoHosts: false });
  });

  it('takes the documents right in a folder, JSON too, and standard input', async () => {
    mkdirSync(join(cli.folder, 'jobs', 'deeper'), { recursive: true });
    cli.file('jobs/a.yml', job('FromYml'));
    cli.file('jobs/b.json', '{\n\t"kind": "HostGroup",\n\t"name": "g",\n\t"hosts": ["web-01"]\n}');
    cli.file('jobs/notes.txt', 'not: [a document');
    cli.file('jobs/deeper/c.yaml', job('Deeper'));
    cli.stdin = job('FromInput');
    const answer = await cli.run('apply', '-f', 'jobs', '-', '--json');
    const names = JSON.parse(answer.stdout).results.map((result: { name: string }) => result.name);
    expect(names).toEqual(['g', 'FromYml', 'FromInput']);
  });

  it('passes its options on', async () => {
    cli.file('a.yaml', job('One'));
    const answer = await cli.run('apply', '-f', 'a.yaml', '--dry-run', '--allow-no-hosts', '--author', 'Ann');
    expect(answer.stdout).toContain('dry run');
    expect(server.calls[0]?.asked.body).toMatchObject({ author: 'Ann', dryRun: true, allowNoHosts: true });
  });

  it('with --set names the files, and with --prune tells which jobs of theirs are deleted', async () => {
    cli.file('a.yaml', job('One'));
    server.on(jobRoutes.apply, ({ body }) => {
      const { documents, dryRun } = body as { documents: unknown[]; dryRun: boolean };
      const pruned = [{ name: 'Old\u202e', count: 3, hosts: ['web-01'] }];
      return { dryRun, results: createdResults(documents), pruned };
    });
    const answer = await cli.run('apply', '-f', 'a.yaml', '--set', 'ops', '--prune');
    expect([answer.exitCode, answer.stdout]).toEqual([
      0,
      'created job One v1 (1 host)\ndeleted job Old\\u{202e} (3 hosts)\n',
    ]);
    const dry = await cli.run('apply', '-f', 'a.yaml', '--set', 'ops', '--prune', '--dry-run');
    expect(dry.stdout).toContain('(3 hosts) (dry run: nothing was changed)');
    await cli.run('apply', '-f', 'a.yaml', '--set', 'ops');
    await cli.run('apply', '-f', 'a.yaml');
    expect(server.calls.map(({ asked }) => (asked.body as { set?: object }).set)).toEqual([
      { name: 'ops', prune: true },
      { name: 'ops', prune: true },
      { name: 'ops', prune: false },
      undefined,
    ]);
  });

  it('prunes no files without a name: nothing is sent', async () => {
    cli.file('a.yaml', job('One'));
    const answer = await cli.run('apply', '-f', 'a.yaml', '--prune');
    expect([answer.exitCode, answer.stderr]).toEqual([
      2,
      expect.stringContaining('--prune: expected --set NAME with it'),
    ]);
    expect(server.calls).toEqual([]);
  });

  it('shows problems that the server finds at their file and line', async () => {
    cli.file('a.yaml', job('One'));
    cli.file('b.yaml', `${job('Two')}alerts: [nobody]\n`);
    const problem = {
      path: 'alerts[0]',
      code: 'unknown_reference',
      expected: 'a policy',
      got: '"nobody"',
      message: 'alerts[0]: expected a policy, got "nobody"',
      document: 1,
    };
    server.on(jobRoutes.apply, () => {
      throw refuse(400, 'invalid', '1 problem', { problems: [problem] });
    });
    const answer = await cli.run('apply', '-f', 'a.yaml', 'b.yaml');
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toBe(
      'b.yaml:6: alerts[0]: expected a policy, got "nobody"\ncarillon: 1 problem in 1 file; nothing was changed\n',
    );
    const json = await cli.run('apply', '-f', 'a.yaml', 'b.yaml', '--json');
    expect(json.stdout).toBe('');
    expect(JSON.parse(json.stderr)).toMatchObject({
      code: 'invalid',
      params: { problems: [{ file: 'b.yaml', line: 6, path: 'alerts[0]' }] },
    });
  });
});

describe('apply with bad input', () => {
  const refused = async (text: string | Uint8Array, name = 'bad.yaml') => {
    cli.file(name, text);
    const answer = await cli.run('apply', '-f', name);
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' });
    expect(server.calls).toEqual([]);
    return answer.stderr;
  };

  it('tells all problems of all files together, each with its line', async () => {
    cli.file('a.yaml', `${job('Bad\\name')}colour: red\n`);
    cli.file(
      'b.yaml',
      `# two documents\n${group}---\nkind: Job\nname: Two\ntargets: { labels: {} }\nschedule:\n  - cron: "0 25 * * *"\nrun: {}\n`,
    );
    const answer = await cli.run('apply', '-f', 'a.yaml', 'b.yaml');
    const lines = answer.stderr.split('\n');
    expect(answer.exitCode).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^a\.yaml:2: name: expected a name without/));
    expect(lines).toContainEqual(expect.stringMatching(/^a\.yaml:6: colour: unknown key/));
    expect(lines).toContainEqual(expect.stringMatching(/^b\.yaml:8: targets\.labels: /));
    expect(lines).toContainEqual(
      expect.stringMatching(/^b\.yaml:10: schedule\[0\]\.cron: expected .* in the hour field/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^b\.yaml:11: run: /));
    expect(lines.at(-2)).toBe('carillon: 5 problems in 2 files; nothing was changed');
    expect(server.calls).toEqual([]);
  });

  it('finds a missing key at the map it is missing from', async () => {
    expect(await refused('# a comment\nkind: Job\nname: x\ntargets: { all: true }\nrun: a.exe\n')).toContain(
      'bad.yaml:2: schedule',
    );
  });

  it('refuses YAML that is not', async () => {
    expect(await refused('kind: Job\n\tname: x\n')).toMatch(/^bad\.yaml:2:1: .*[Tt]abs/);
    expect(await refused('kind: Job\nname: a\nname: b\n')).toContain(
      'bad.yaml:3:1: expected valid YAML, got the key "name" twice in one map',
    );
    expect(await refused('kind: [Job\n')).toMatch(/^bad\.yaml:\d+:\d+: expected valid YAML/);
    expect(await refused('kind: !!python/object x\n')).toContain('Unresolved tag');
    expect(await refused('{"kind": "Job", "kind": "Job"}', 'bad.json')).toContain('twice in one map');
    expect(await refused(Buffer.from([0x6e, 0x3a, 0x20, 0xb1, 0xb8]))).toContain('expected text in UTF-8');
  });

  it('refuses what holds nothing', async () => {
    expect(await refused('')).toContain('bad.yaml:1:1: expected a document with kind, name, …, got an empty file');
    expect(await refused('# only a comment\n---\n')).toContain('an empty file');
    expect(await refused('just words\n')).toContain('bad.yaml:1: document: expected a map');
    expect(await refused('name: x\n')).toContain('kind: missing');
    mkdirSync(join(cli.folder, 'empty'));
    const answer = await cli.run('apply', '-f', 'empty');
    expect(answer).toMatchObject({ exitCode: 1 });
    expect(answer.stderr).toContain('empty: expected *.yaml, *.yml or *.json files');
    expect((await cli.run('apply', '-f', 'nowhere.yaml')).stderr).toContain(
      'nowhere.yaml: cannot be read: no such file',
    );
  });

  it('refuses a large file by its size, and a large pipe without reading on', async () => {
    expect(await refused(Buffer.alloc(10 * 1024 * 1024, 'a: b\n'))).toContain(
      'bad.yaml: expected at most 1048576 bytes, got 10485760 bytes',
    );
    cli.stdin = Buffer.alloc(2 * 1024 * 1024, 'a: b\n');
    expect((await cli.run('apply', '-f', '-')).stderr).toContain('<stdin>: expected at most 1048576 bytes');
  });

  it('refuses bombs', async () => {
    const laughs = Array.from({ length: 10 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(10)}]`);
    expect(await refused(`l0: &l0 lol\n${laughs.join('\n')}\n`)).toContain('expected few aliases');
    expect(await refused('['.repeat(200_000))).toContain('expected at most 64 levels of nesting');
    expect(await refused('- '.repeat(200_000))).toContain('expected at most 64 levels of nesting');
    expect(await refused(Array.from({ length: 50_000 }, (_, n) => `k${n}: 1`).join('\n'))).toContain(
      'expected at most 2000 keys in one map',
    );
  });

  it('refuses a name that is there twice', async () => {
    cli.file('a.yaml', job('Backup'));
    cli.file('bad.yaml', `${job('other')}---\n${job('backup')}`);
    const answer = await cli.run('apply', '-f', 'a.yaml', 'bad.yaml');
    expect(answer.stderr).toContain('bad.yaml:8: name: expected a name used once (a.yaml:2 has it too), got "backup"');
  });

  it('shows control characters of the file as escapes', async () => {
    const shown = await refused('kind: "J\\e[31mob\\u202e"\n');
    expect(shown).toContain('\\u{202e}');
    expect(shown).not.toContain('\u001b');
    expect(shown).not.toContain('\u202e');
  });

  it('needs a file', async () => {
    const answer = await cli.run('apply');
    expect(answer.exitCode).toBe(2);
    expect(answer.stderr).toContain("required option '-f, --file <path...>' not specified");
  });
});
