import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { findConnection, findServer } from './connection.js';

let cli: CliHarness;
beforeEach(() => {
  cli = new CliHarness();
});
afterEach(() => cli.remove());

const world = (env: Record<string, string> = {}, cwd = cli.folder) => ({
  env,
  cwd,
  repository: join(cli.folder, 'repository'),
});

function dataFolder(name: string, url: string, token: string): string {
  mkdirSync(join(cli.folder, name), { recursive: true });
  cli.file(`${name}/running.json`, JSON.stringify({ url, pid: 1 }));
  cli.file(`${name}/admin-token`, `${token}\n`);
  return join(cli.folder, name);
}

describe('finding the server', () => {
  it('takes what is said, then what runs in the data folder, then the default port', () => {
    const data = dataFolder('data', 'http://127.0.0.1:7171', 't');
    expect(findServer(world({ CARILLON_SERVER: 'http://b:1', CARILLON_DATA: data }), { server: 'https://a/' })).toBe(
      'https://a',
    );
    expect(findServer(world({ CARILLON_SERVER: 'http://b:1', CARILLON_DATA: data }), {})).toBe('http://b:1');
    expect(findServer(world({ CARILLON_DATA: data }), {})).toBe('http://127.0.0.1:7171');
    expect(findServer(world({ CARILLON_PORT: '9' }), {})).toBe('http://127.0.0.1:9');
    expect(findServer(world(), {})).toBe('http://127.0.0.1:7070');
    expect(() => findServer(world(), { server: 'ftp://x' })).toThrow('expected a URL');
  });

  it('goes up from the working folder, then to its own repository', () => {
    dataFolder('.carillon', 'http://127.0.0.1:1', 'up');
    mkdirSync(join(cli.folder, 'a/b'), { recursive: true });
    expect(findConnection(world({}, join(cli.folder, 'a/b')), {})).toEqual({ url: 'http://127.0.0.1:1', token: 'up' });
    rmSync(join(cli.folder, '.carillon'), { recursive: true });
    dataFolder('repository/.carillon', 'http://127.0.0.1:2', 'own');
    expect(findConnection(world(), {})).toEqual({ url: 'http://127.0.0.1:2', token: 'own' });
  });

  it('survives a running.json that is half written', () => {
    const data = dataFolder('data', 'x', 't');
    cli.file('data/running.json', '{"url": "http');
    expect(findServer(world({ CARILLON_DATA: data }), {})).toBe('http://127.0.0.1:7070');
  });
});

describe('finding the token', () => {
  it('takes what is said before the file', () => {
    const CARILLON_DATA = dataFolder('data', 'http://127.0.0.1:7171', 'file');
    expect(findConnection(world({ CARILLON_DATA, CARILLON_TOKEN: 'env' }), { token: 'said' }).token).toBe('said');
    expect(findConnection(world({ CARILLON_DATA, CARILLON_TOKEN: 'env' }), {}).token).toBe('env');
    expect(findConnection(world({ CARILLON_DATA }), {}).token).toBe('file');
  });

  it('does not show the token of this machine’s server to another', () => {
    const CARILLON_DATA = dataFolder('data', 'http://127.0.0.1:7171', 'file');
    expect(() => findConnection(world({ CARILLON_DATA }), { server: 'https://elsewhere.example' })).toThrow(
      'is not sent elsewhere',
    );
    expect(findConnection(world({ CARILLON_DATA }), { server: 'http://localhost:7171' }).token).toBe('file');
  });

  it('says where it looked', () => {
    expect(() => findConnection(world(), {})).toThrow('npm start (there is no .carillon folder');
    expect(() => findConnection(world({ CARILLON_DATA: '/none' }), {})).toThrow('/none');
  });
});

describe('a server that does not answer as it should', () => {
  it('names the address of one that is down', async () => {
    const answer = await cli.run('hosts', '--server', 'http://127.0.0.1:9', '--token', 't');
    expect(answer).toMatchObject({ exitCode: 1, stdout: '' });
    expect(answer.stderr).toMatch(
      /^carillon: cannot reach the server at http:\/\/127\.0\.0\.1:9 \(.*\); start one with: npm start\n$/,
    );
    const json = await cli.run('--json', 'hosts', '--server', 'http://127.0.0.1:9', '--token', 't');
    expect(JSON.parse(json.stderr)).toMatchObject({ code: 'unavailable' });
  });

  it('tells a wrong token, unknown things and unknown answers apart', async () => {
    const server = await FakeServer.start();
    const run = (token: string, ...args: string[]) => cli.run(...args, '--server', server.url, '--token', token);
    expect((await run('wrong', 'hosts')).stderr).toContain(
      `${server.url} refused the token (401): the token is not known`,
    );
    expect(await run(server.token, 'hosts', 'nobody')).toMatchObject({
      exitCode: 1,
      stderr: 'carillon: nothing at GET /api/v1/hosts/nobody\n',
    });
    server.on(hostRoutes.list, () => ({ items: [], next: null }));
    expect((await run(server.token, 'hosts', '--json')).stdout).toBe('[]\n');
    expect((await cli.run('hosts', '--server', `${server.url}/elsewhere`, '--token', server.token)).exitCode).toBe(1);
    await server.stop();
  });
});

describe('wrong usage', () => {
  it('is exit code 2, as JSON when asked', async () => {
    expect(await cli.run('frobnicate')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await cli.run()).toMatchObject({ exitCode: 2, stdout: '' });
    expect(JSON.parse((await cli.run('hosts', '--json', '--nonsense')).stderr)).toMatchObject({
      code: 'invalid',
      message: "unknown option '--nonsense'",
    });
    expect(await cli.run('hosts', '--token', 'a b')).toMatchObject({ exitCode: 2 });
    expect(await cli.run('--version')).toMatchObject({ exitCode: 0, stdout: '0.1.0\n' });
    expect((await cli.run('apply', '--help')).stdout).toContain('--allow-no-hosts');
  });
});
