import { describe, expect, it } from 'vitest';
import { type AccessObject, decide, mayEverywhere, type Rights, seesHost } from './decide.js';
import { describeGrant } from './describe-grant.js';
import { readGrant } from './grant.js';
import { actions, type RunAsClass } from './roles.js';
import { runAsClassesOf } from './run-as-class.js';

const groups = [{ name: 'Prod', hosts: ['DB-02'] }];
const rights = (...texts: string[]): Rights => ({ grants: texts.map(grant), token: null, groups });
const grant = (text: string) => {
  const read = readGrant(text);
  if (!read.ok) throw new Error(read.problems[0]?.message);
  return read.value;
};
const job = { name: 'etl-nightly', owner: 'data' };
const host = { name: 'db-01', labels: { team: 'data', env: 'prod' } };
const other = { name: 'web-01', labels: { team: 'web' } };
const things = (...list: { job?: typeof job; host?: typeof other }[]): AccessObject => ({
  kind: 'things',
  things: list,
});
const reason = (decision: ReturnType<typeof decide>) => (decision.kind === 'allow' ? 'allow' : decision.reason);

describe('a decision', () => {
  it('to run needs the job and the host', () => {
    const both = things({ job, host });
    expect(reason(decide(rights('operator@team:data'), 'run', both))).toBe('allow');
    expect(decide(rights('operator@jobs:etl-*'), 'run', both)).toMatchObject({ reason: 'host_right', about: 'db-01' });
    expect(decide(rights('operator@labels:env=prod'), 'run', both)).toMatchObject({ reason: 'job_right' });
    expect(reason(decide(rights('operator@jobs:etl-*', 'operator@labels:env=prod'), 'run', both))).toBe('allow');
    expect(reason(decide(rights('operator@jobs:etl-*', 'viewer@all'), 'run', both))).toBe('host_right');
  });

  it('about several things needs the right on each of them', () => {
    const mine = rights('operator@team:data', 'viewer@all');
    expect(decide(mine, 'host.pause', things({ host }, { host: other }))).toMatchObject({ about: 'web-01' });
    expect(reason(decide(mine, 'host.pause', things({ host })))).toBe('allow');
  });

  it.each([
    ['operator@team:data', { labels: { team: 'Data', role: 'db' } }, 'allow'],
    ['operator@team:data', { labels: { role: 'db' } }, 'later_hosts'],
    ['operator@team:data', { all: true }, 'later_hosts'],
    ['operator@team:data', { hosts: ['db-01'] }, 'allow'],
    ['operator@team:data', { groups: ['Prod'], labels: { team: 'data' } }, 'allow'],
    ['operator@labels:env=prod,team=data', { labels: { env: 'prod' } }, 'later_hosts'],
    ['operator@labels:env=prod', { labels: { env: 'prod', role: 'db' } }, 'allow'],
    ['operator@group:prod', { groups: ['Prod'] }, 'allow'],
    ['operator@group:prod', { groups: ['Prod', 'Test'] }, 'later_hosts'],
    ['operator@group:prod', { labels: { env: 'prod' } }, 'later_hosts'],
    ['operator@jobs:etl-*', { labels: { env: 'prod' } }, 'later_hosts'],
    ['operator@all', { all: true }, 'allow'],
    ['viewer@team:data', { hosts: ['db-01'] }, 'no_role'],
  ] as const)('by %s to place on %j is %s, as labels may change', (text, target, wanted) => {
    const object: AccessObject = { kind: 'things', things: [], target };
    expect(reason(decide(rights(text, 'viewer@all'), 'job.place', object))).toBe(wanted);
  });

  it('hides what the caller may not see', () => {
    expect(reason(decide(rights('admin@team:data'), 'host.label', things({ host: other })))).toBe('not_visible');
    expect(reason(decide(rights('admin@team:data'), 'read', things({ host: other })))).toBe('not_visible');
    expect(reason(decide(rights('viewer@team:data'), 'read', things({ job, host: other })))).toBe('allow');
  });

  it('about an incident needs one of its members', () => {
    const members = things({ job, host: other }, { host: other });
    expect(reason(decide(rights('operator@team:data'), 'incident.handle', members))).toBe('allow');
    expect(reason(decide(rights('viewer@team:data'), 'incident.handle', members))).toBe('no_role');
    expect(reason(decide(rights('operator@team:x'), 'incident.handle', members))).toBe('not_visible');
    expect(reason(decide(rights('operator@team:data'), 'incident.read', things()))).toBe('not_visible');
    expect(reason(decide(rights('operator@all'), 'incident.handle', things()))).toBe('allow');
  });

  it('about what is everybody’s needs a role everywhere, however it is asked', () => {
    const mine = rights('editor@team:data', 'viewer@all');
    expect(reason(decide(mine, 'alert.write', { kind: 'fleet' }))).toBe('fleet_only');
    expect(reason(decide(mine, 'alert.write', things({})))).toBe('fleet_only');
    expect(mayEverywhere(mine, 'read')).toBe(true);
  });

  it('leaves the account to run as a right of its own', () => {
    const define = (text: string, runAs: RunAsClass[]) =>
      reason(decide(rights(text), 'job.write', { kind: 'things', things: [{ job }], runAs }));
    expect(define('editor@team:data', ['service'])).toBe('run_as');
    expect(define('editor@team:data+runas:service,user', ['service', 'user'])).toBe('allow');
    expect(define('editor@team:data+runas:service', ['service', 'system'])).toBe('run_as');
    expect(define('admin@team:data', ['system'])).toBe('allow');
  });

  it('lets no token do more than its owner, nor more than it says', () => {
    const all = grant('admin@all');
    const by = (own: string, area: 'all' | 'read' | 'incidents', kept: string | null): Rights => ({
      ...rights(own),
      token: { area, grants: kept === null ? null : [grant(kept)] },
    });
    const run = (limited: Rights) => reason(decide(limited, 'run', things({ job, host })));
    expect(run(by('admin@all', 'all', null))).toBe('allow');
    expect(run(by('admin@all', 'read', null))).toBe('outside_token');
    expect(run(by('admin@all', 'incidents', null))).toBe('outside_token');
    expect(run(by('admin@all', 'all', 'viewer@all'))).toBe('no_role');
    expect(run(by('viewer@all', 'all', describeGrant(all)))).toBe('no_role');
    expect(run(by('admin@team:web', 'all', 'admin@team:data'))).toBe('not_visible');
  });

  it('gives nobody anything without a role but his own affairs', () => {
    for (const action of actions) {
      expect(reason(decide(rights(), action, { kind: 'seen' }))).toBe('no_role');
      expect(reason(decide(rights(), action, { kind: 'own' }))).toBe('allow');
    }
  });
});

describe('a scope', () => {
  it.each([
    ['viewer@team:DATA', true, false],
    ['viewer@group:prod', false, true],
    ['viewer@group:gone', false, false],
    ['viewer@labels:env=prod,team=data', true, false],
    ['viewer@labels:env=prod,team=x', false, false],
    ['viewer@jobs:*', false, false],
    ['viewer@all', true, true],
  ])('%s', (text, first, second) => {
    expect([seesHost(rights(text), host), seesHost(rights(text), { name: 'db-02', labels: {} })]).toEqual([
      first,
      second,
    ]);
  });

  it('of nobody’s team is not the team of what has none', () => {
    expect(readGrant('viewer@team:').ok).toBe(false);
    expect(
      seesHost({ ...rights(), grants: [{ role: 'viewer', scope: { team: '' } }] }, { name: 'x', labels: {} }),
    ).toBe(false);
  });

  it.each([
    ['etl-*', 'ETL-nightly', true],
    ['*nightly', 'etl-nightly', true],
    ['e*n*y', 'etl-nightly', true],
    ['a*a', 'a', false],
    ['a*b*a', 'aba', true],
    ['etl', 'etl-nightly', false],
    ['etl-.*', 'etl-nightly', false],
  ])('jobs:%s and %s', (pattern, name, reaches) => {
    const mine = rights(`operator@jobs:${pattern}`);
    expect(reason(decide(mine, 'run', things({ job: { name, owner: '' } }))) === 'allow').toBe(reaches);
  });
});

describe('a written grant', () => {
  it.each([
    'viewer@all',
    'operator@team:data',
    'editor@labels:env=prod,role=db+runas:service,user',
    'approver@group:a b',
  ])('%s is read as it is described', (text) => expect(describeGrant(grant(text))).toBe(text));

  it.each(['', 'viewer', 'owner@all', 'viewer@labels:', 'viewer@team:x+runas:root', 'viewer@what:x'])(
    'refuses %j',
    (text) => expect(readGrant(text).ok).toBe(false),
  );
});

describe('the class of an account', () => {
  it('is the worst that some host gets', () => {
    const spec = { runAs: 'user:CORP\\etl', overrides: [{ hosts: ['a'], runAs: 'system' as const }] } as const;
    expect(runAsClassesOf(spec)).toEqual(['user', 'system']);
    expect(runAsClassesOf({ runAs: 'user:CORP\\etl', rights: 'highest' })).toEqual(['admin']);
    expect(runAsClassesOf({ runAs: 'gmsa:CORP\\etl$' })).toEqual(['service']);
    expect(runAsClassesOf({ runAs: 'system' })).toEqual(['system']);
  });
});
