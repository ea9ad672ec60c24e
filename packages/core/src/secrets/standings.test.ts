import { describe, expect, it } from 'vitest';
import type { RunSpec } from '../job/job-spec.js';
import { sealedSecrets } from './secret-use.js';
import { countStandings, type HostStanding, standingsOf, type UsedIn, type UsingJob, usersOf } from './standings.js';

const run = (secret?: string): RunSpec => ({
  ...{ kind: 'program', program: 'C:\\x.exe', arguments: [], workingDirectory: null, environment: {} },
  ...(secret ? { secrets: { environment: { TOKEN: secret } } } : {}),
});
const job = (name: string, spec: Partial<UsingJob['spec']>): UsingJob => ({
  ...{ jobId: name, name },
  spec: { run: run(), runAs: 'system', ...spec },
});
const told = (host: string, changes: Partial<HostStanding> = {}): HostStanding => ({
  ...{ jobId: 'a', hostId: `id-${host}`, host, capabilities: [sealedSecrets] },
  ...{ state: 'stored', version: 2, code: null, message: null, updatedAt: null },
  ...changes,
});

describe('who uses what', () => {
  it('is found in programs, accounts and what is different on some hosts', () => {
    const users = usersOf([
      job('a', { run: run('Api-Token') }),
      job('b', { run: run('api-token'), runAs: 'user:CORP\\Etl' }),
      job('c', { overrides: [{ hosts: ['x'], runAs: 'user:corp\\ETL' }] }),
      job('d', { runAs: 'gmsa:CORP\\etl$' }),
    ]);
    const names = [...users].map(([key, { shown, jobs }]) => [key, shown, jobs.map(({ name }) => name)]);
    expect(names).toEqual([
      ['secret/api-token', 'api-token', ['a', 'b']],
      ['account/corp\\etl', 'CORP\\Etl', ['b', 'c']],
    ]);
  });
});

describe('how hosts stand', () => {
  const name = { purpose: 'secret', name: 'api-token' } as const;
  const used: UsedIn = {
    ...{ name, shown: 'api-token' },
    jobs: [job('a', { run: run('api-token') }), job('b', { run: run('API-token') })],
  };
  const standings = (rows: HostStanding[], current: number | null = 2) =>
    standingsOf(name, current, used, rows).map(({ host, jobs, state, code }) => [host, jobs, state, code]);

  it('is told once for each host, with all of its jobs, by name', () => {
    expect(standings([told('web'), told('DB'), told('web', { jobId: 'b' })])).toEqual([
      ['DB', ['a'], 'stored', null],
      ['web', ['a', 'b'], 'stored', null],
    ]);
  });

  it('is waiting where a host has an older value or told nothing, and as it said where the centre has none', () => {
    expect(standings([told('a', { version: 1 }), told('b', { state: null, version: null })])).toEqual([
      ['a', ['a'], 'waiting', null],
      ['b', ['a'], 'waiting', null],
    ]);
    expect(standings([told('a', { state: 'own' })], null)).toEqual([['a', ['a'], 'own', null]]);
    expect(standings([told('a', { capabilities: [] })])).toEqual([['a', ['a'], 'stored', 'agent_too_old']]);
  });

  it('is not told of hosts whose job has another account there, nor of other jobs', () => {
    const account = { purpose: 'account', name: 'corp\\etl' } as const;
    const elsewhere = job('a', { runAs: 'user:CORP\\etl', overrides: [{ hosts: ['web'], runAs: 'system' }] });
    const rows = [told('web'), told('db'), told('x', { jobId: 'other' })];
    const found = standingsOf(account, 2, { name: account, shown: '', jobs: [elsewhere] }, rows);
    expect(found.map(({ host }) => host)).toEqual(['db']);
  });

  it('is counted by state', () => {
    const all = standingsOf(name, 2, used, [told('a'), told('b', { version: 1 }), told('c', { state: 'verified' })]);
    expect(countStandings(all)).toEqual({ total: 3, waiting: 1, stored: 1, verified: 1, own: 0, failed: 0 });
  });
});
