import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';

const fixtures = resolve(import.meta.dirname, '../../../../packages/wintask/src/task/fixtures');
const good = readdirSync(fixtures).filter((name) => name.endsWith('.xml'));
const sample = join(fixtures, good[0] ?? '');

let cli: CliHarness;
beforeEach(() => {
  cli = new CliHarness();
});
afterEach(() => cli.remove());

describe('task inspect', () => {
  it('reads real files of every kind, and writing them back changes nothing', async () => {
    const answer = await cli.run('task', 'inspect', ...good.map((name) => join(fixtures, name)), '--json');
    expect(answer.exitCode).toBe(0);
    const lines = answer.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { ok: boolean; roundTrip: boolean });
    expect(lines).toHaveLength(good.length);
    expect(lines.every((line) => line.ok && line.roundTrip)).toBe(true);
  });

  it('names file, line and what was expected, and goes on with the others', async () => {
    const bad = cli.file(
      'bad.xml',
      '<Task xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">\n<Actions>\n</Task>',
    );
    const answer = await cli.run('task', 'inspect', 'bad.xml', 'missing.xml', sample);
    expect(answer.exitCode).toBe(2);
    expect(answer.stderr).toMatch(/bad\.xml:3:\d+: /);
    expect(answer.stderr).toContain('missing.xml: cannot be read: ENOENT');
    expect(answer.stdout).toContain('does');
    expect(bad).not.toBe('');
  });

  it('prints a task again as Windows would', async () => {
    const answer = await cli.run('task', 'inspect', sample, '--rewrite');
    expect(answer.stdout).toMatch(/^<\?xml version="1.0" encoding="UTF-16"\?>/);
  });
});

describe('task diff', () => {
  it('tells the same from different, in words', async () => {
    copyFileSync(sample, join(cli.folder, 'a.xml'));
    expect(await cli.run('task', 'diff', 'a.xml', sample)).toMatchObject({ exitCode: 0, stdout: 'the same\n' });
    const text = new TextDecoder('utf-8').decode(
      readFileSync(join(fixtures, good.find((name) => readFileSync(join(fixtures, name))[0] === 0x3c) ?? '')),
    );
    cli.file('one.xml', text);
    cli.file('two.xml', text.replace(/<Command>([^<]*)<\/Command>/, '<Command>other.exe</Command>'));
    const answer = await cli.run('task', 'diff', 'one.xml', 'two.xml');
    expect(answer.exitCode).toBe(1);
    expect(answer.stdout).toContain('found "other.exe"');
    expect((await cli.run('task', 'diff', 'one.xml', 'none.xml')).exitCode).toBe(2);
  });
});
