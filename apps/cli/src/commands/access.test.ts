import { accessTokenRoutes, accountRoutes, signedInRoutes } from '@carillon/contract/http/accounts.routes';
import type { Response } from '@carillon/contract/http/route';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer, refuse } from '../testing/fake-server.js';
import { sampleId } from '../testing/samples.js';

type Account = Response<typeof accountRoutes.change>;
type Token = Response<typeof accessTokenRoutes.create>;

let server: FakeServer;
let cli: CliHarness;
const at = '2026-03-01T11:00:00.000Z';
const later = '2026-03-04T11:00:00.000Z';
const ann: Account = {
  ...{ name: 'ann', kind: 'person', issuer: null, groups: [], hasPassword: true, hasSecondFactor: true },
  grants: [{ role: 'operator', scope: { team: 'data' } }],
  ...{ disabled: false, author: 'admin', createdAt: at, signedInAt: null },
};
const link = { url: 'https://carillon.example/sign-in#invitation=secret', expiresAt: later };
const token: Token = {
  ...{ id: '0123456789abcdef', owner: 'snow', name: 'tickets', area: 'incidents', grants: null, author: 'admin' },
  ...{ addresses: ['10.1.0.0/16'], createdAt: at, expiresAt: later, revokedAt: null, usedAt: null, usedFrom: null },
  token: 'carillon_0123456789abcdef_secret_00000000',
};
beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});
const lastCall = () => server.calls.at(-1);

describe('users', () => {
  it('are listed with what they may do and in which state they are', async () => {
    const items: Account[] = [
      ann,
      { ...ann, name: 'bob', hasPassword: false, hasSecondFactor: false, grants: [] },
      { ...ann, name: 'carl', disabled: true },
      { ...ann, name: 'dora', issuer: 'https://id.example', hasPassword: false },
      { ...ann, name: 'snow', kind: 'service', hasPassword: false },
    ];
    server.on(accountRoutes.list, () => ({ items, next: null }));
    const { stdout } = await cli.run('users');
    expect(stdout).toMatch(/ann +person +active +yes +- +operator@team:data/);
    expect(stdout).toMatch(/bob +person +invited +no +- +nothing/);
    expect(stdout).toMatch(/carl +person +disabled/);
    expect(stdout).toMatch(/dora +person of https:\/\/id\.example +active/);
    expect(stdout).toMatch(/snow +service +active/);
    expect(JSON.parse((await cli.run('users', '--json')).stdout)).toEqual(items);
    server.on(accountRoutes.list, () => ({ items: [], next: null }));
    expect((await cli.run('users')).stdout).toContain('carillon users add --help');
  });

  it('are added: the link alone goes to stdout, and a service gets none', async () => {
    server.on(accountRoutes.create, () => ({ account: ann, invitation: link }));
    const person = await cli.run('users', 'add', 'ann', '--grant', 'viewer@all', 'editor@labels:env=prod+runas:user');
    expect(person).toMatchObject({ exitCode: 0, stdout: `${link.url}\n` });
    expect(person.stderr).toContain('works once');
    expect(lastCall()?.asked.body).toEqual({
      ...{ name: 'ann', kind: 'person' },
      grants: [
        { role: 'viewer', scope: { all: true } },
        { role: 'editor', scope: { labels: { env: 'prod' } }, runAs: ['user'] },
      ],
    });
    server.on(accountRoutes.create, () => ({ account: { ...ann, kind: 'service' as const }, invitation: null }));
    expect((await cli.run('users', 'add', 'snow', '--service')).stdout).toContain('tokens create --for snow');
    expect(lastCall()?.asked.body).toEqual({ name: 'snow', kind: 'service', grants: [] });
  });

  it('are granted nothing that is no grant, and told which one', async () => {
    const answer = await cli.run('users', 'grant', 'ann', 'viewer@all', 'boss@all');
    expect(answer).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('"boss@all"') });
    expect(server.calls).toEqual([]);
  });

  it('are granted other things, switched off and on, invited again and deleted', async () => {
    server.on(accountRoutes.change, ({ body }) => ({ ...ann, ...(body as Partial<Account>) }));
    expect((await cli.run('users', 'grant', 'ann', 'viewer@group:prod')).stdout).toBe('ann: viewer@group:prod\n');
    expect((await cli.run('users', 'grant', 'ann')).stdout).toBe('ann: nothing\n');
    expect(lastCall()?.asked.body).toEqual({ grants: [] });
    expect((await cli.run('users', 'disable', 'ann')).stdout).toBe('ann is disabled\n');
    expect(lastCall()?.asked).toMatchObject({ params: { name: 'ann' }, body: { disabled: true } });
    expect((await cli.run('users', 'enable', 'ann')).stdout).toBe('ann is enabled\n');
    server.on(accountRoutes.invite, () => link);
    expect((await cli.run('users', 'invite', 'ann')).stdout).toBe(`${link.url}\n`);
    server.on(accountRoutes.remove, () => ({ removed: 'ann' }));
    expect((await cli.run('users', 'delete', 'ann')).stdout).toBe('ann is deleted\n');
    expect(JSON.parse((await cli.run('users', 'delete', 'ann', '--json')).stdout)).toEqual({ removed: 'ann' });
  });

  it('of groups are listed and set', async () => {
    const grants: Account['grants'] = [{ role: 'operator', scope: { all: true } }];
    server.on(accountRoutes.groupRoles, () => ({ items: [{ name: 'Ops Team', grants, author: 'admin' }] }));
    expect((await cli.run('users', 'groups')).stdout).toMatch(/Ops Team +operator@all +admin/);
    server.on(accountRoutes.setGroupRole, ({ params, body }) => ({
      name: params.name ?? '',
      grants: (body as Pick<Account, 'grants'>).grants,
    }));
    const set = await cli.run('users', 'groups', 'Ops Team', 'operator@all');
    expect(set.stdout).toBe('group Ops Team: operator@all\n');
    expect((await cli.run('users', 'groups', 'Ops Team')).stdout).toBe('group Ops Team: nothing\n');
  });

  it('that are not there are a failure', async () => {
    server.on(accountRoutes.remove, () => {
      throw refuse(404, 'not_found', 'account "x": there is none');
    });
    expect(await cli.run('users', 'delete', 'x')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe('tokens', () => {
  it('are made: the token alone goes to stdout', async () => {
    server.on(accessTokenRoutes.create, () => token);
    server.on(accessTokenRoutes.createFor, () => token);
    const own = await cli.run('tokens', 'create', 'script', '--grant', 'viewer@team:data', '--days', '30');
    expect(own).toMatchObject({ exitCode: 0, stdout: `${token.token}\n` });
    expect(own.stderr).toContain('id 0123456789abcdef');
    expect(lastCall()).toMatchObject({ route: 'POST /me/access-tokens' });
    expect(lastCall()?.asked.body).toEqual({
      ...{ name: 'script', area: 'all', addresses: [], expiresInDays: 30 },
      grants: [{ role: 'viewer', scope: { team: 'data' } }],
    });
    await cli.run(
      'tokens',
      'create',
      'tickets',
      '--for',
      'snow',
      '--area',
      'incidents',
      '--from',
      '10.1.0.0/16',
      '::1',
    );
    expect(lastCall()).toMatchObject({
      route: 'POST /accounts/:name/access-tokens',
      asked: {
        params: { name: 'snow' },
        body: { area: 'incidents', addresses: ['10.1.0.0/16', '::1'], expiresInDays: 90 },
      },
    });
    expect((await cli.run('tokens', 'create', 'x', '--area', 'everything')).exitCode).toBe(2);
    expect((await cli.run('tokens', 'create', 'x', '--days', '0')).exitCode).toBe(2);
  });

  it('are listed with their state, without their secrets', async () => {
    const { token: secret, ...plain } = token;
    const items = [
      plain,
      { ...plain, id: 'b', expiresAt: at, usedAt: at, usedFrom: '10.1.2.3', addresses: [] },
      { ...plain, id: 'c', revokedAt: at, grants: [{ role: 'viewer' as const, scope: { all: true as const } }] },
    ];
    server.on(accessTokenRoutes.list, () => ({ items, next: null }));
    const { stdout } = await cli.run('tokens');
    expect(stdout).toMatch(/0123456789abcdef +snow +tickets +active +incidents +10\.1\.0\.0\/16 .* -\n/);
    expect(stdout).toMatch(/b +snow +tickets +expired +incidents +anywhere .* from 10\.1\.2\.3\n/);
    expect(stdout).toMatch(/c +snow +tickets +revoked +incidents, viewer@all /);
    expect(stdout).not.toContain(secret);
    server.on(accessTokenRoutes.mine, () => ({ items: [plain] }));
    expect(JSON.parse((await cli.run('tokens', '--mine', '--json')).stdout)).toEqual([plain]);
  });

  it('are exchanged and revoked', async () => {
    server.on(accessTokenRoutes.rotate, () => token);
    expect((await cli.run('tokens', 'rotate', token.id)).stdout).toBe(`${token.token}\n`);
    server.on(accessTokenRoutes.revoke, ({ params }) => ({ ...token, id: params.id ?? '', revokedAt: at }));
    expect((await cli.run('tokens', 'revoke', token.id)).stdout).toBe(`revoked token ${token.id}\n`);
  });
});

describe('sessions', () => {
  it('are listed and ended', async () => {
    const session: Response<typeof signedInRoutes.mine>['items'][number] = {
      ...{ id: sampleId(7), name: 'ann', method: 'password', address: '10.1.2.3', agent: 'Firefox' },
      ...{ createdAt: at, expiresAt: later, current: false },
    };
    const items = [session, { ...session, id: sampleId(8), method: null, address: null, agent: null }];
    server.on(signedInRoutes.list, () => ({ items, next: null }));
    const { stdout } = await cli.run('sessions');
    expect(stdout).toMatch(new RegExp(`${sampleId(7)} +ann +password +10\\.1\\.2\\.3 .* Firefox`));
    expect(stdout).toMatch(new RegExp(`${sampleId(8)} +ann +- +- `));
    server.on(signedInRoutes.end, ({ params }) => ({ ended: params.id ?? '' }));
    expect((await cli.run('sessions', 'end', sampleId(7))).stdout).toBe(`session ${sampleId(7)} is over\n`);
    server.on(signedInRoutes.list, () => ({ items: [], next: null }));
    expect((await cli.run('sessions')).stdout).toBe('nobody is signed in\n');
  });
});
