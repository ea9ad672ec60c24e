import { describe, expect, it } from 'vitest';
import type { Manifest } from '../job/job-spec.js';
import { accountsNeeded, boundTo, isForJob, secretNames, usesOf } from './secret-use.js';

describe('for which jobs a secret is', () => {
  it.each<[string[], string, boolean]>([
    [[], 'nightly', false],
    [['nightly'], 'Nightly', true],
    [['nightly'], 'nightly-2', false],
    [['etl-*'], 'etl-load', true],
    [['ETL-*'], 'etl-', true],
    [['etl-*'], 'my-etl-load', false],
    [['*-load'], 'etl-load', true],
    [['*'], 'anything', true],
    [['a*b*c'], 'a1b2c', true],
    [['a*b*c'], 'acb', false],
    [['ab*ba'], 'aba', false],
    [['x', 'etl-*'], 'etl-1', true],
    // Letters of patterns elsewhere mean themselves.
    [['e.l'], 'etl', false],
    [['etl?'], 'etl1', false],
  ])('%j and job %s: %s', (patterns, job, expected) => {
    expect(isForJob(patterns, job)).toBe(expected);
  });
});

const definition = (changes: object) =>
  ({
    run: { kind: 'program', secrets: { environment: { A: 'One', B: 'one' }, stdin: 'two' } },
    runAs: 'system',
    ...changes,
  }) as unknown as Manifest;

describe('what a definition needs', () => {
  it('its secrets, each once, and the account whose password Windows wants', () => {
    expect(secretNames(definition({}).run.secrets)).toEqual(['one', 'two']);
    expect(usesOf(definition({ runAs: 'user:CORP\\ETL' }), 'DB01')).toEqual([
      { purpose: 'secret', name: 'one' },
      { purpose: 'secret', name: 'two' },
      { purpose: 'account', name: 'corp\\etl' },
    ]);
  });

  it.each(['system', 'gmsa:CORP\\etl$', 's4u:CORP\\etl', 'interactive:CORP\\ann'])('no password as %s', (runAs) => {
    expect(usesOf(definition({ runAs, run: {} }), 'DB01')).toEqual([]);
    expect(accountsNeeded(definition({ runAs }))).toEqual([]);
  });

  it('another account on a host that is different', () => {
    const own = definition({
      run: {},
      runAs: 'user:CORP\\etl',
      overrides: [{ hosts: ['db02'], runAs: 'user:.\\local' }],
    });
    expect(usesOf(own, 'DB02')).toEqual([{ purpose: 'account', name: '.\\local' }]);
    expect(usesOf(own, 'DB01')).toEqual([{ purpose: 'account', name: 'corp\\etl' }]);
    expect(accountsNeeded(own)).toEqual(['corp\\etl', '.\\local']);
  });
});

it('a value is bound to its name, its version, its host, its job and that job version', () => {
  const use = { purpose: 'secret', name: 'one', valueVersion: 1, hostId: 'h', jobId: 'j', version: 2 } as const;
  const others = [
    { purpose: 'account' as const },
    { name: 'two' },
    { valueVersion: 2 },
    { hostId: 'i' },
    { jobId: 'k' },
    { version: 3 },
  ].map((change) => boundTo({ ...use, ...change }).about);
  expect(new Set([boundTo(use).about, ...others]).size).toBe(7);
});
