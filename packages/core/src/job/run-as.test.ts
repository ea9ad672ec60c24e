import { describe, expect, it } from 'vitest';
import { type AccountKind, accountProblem, passwordNeed, principalFor, readRunAs } from './run-as.js';

describe('the account of a job', () => {
  it('is read from one text', () => {
    expect(readRunAs('local-service')).toEqual({ kind: 'service', account: 'local-service' });
    expect(readRunAs('gmsa:CORP\\etl$')).toEqual({ kind: 'gmsa', account: 'CORP\\etl$' });
    expect(readRunAs('user:etl@corp.example')).toEqual({ kind: 'user', account: 'etl@corp.example' });
    expect(readRunAs('root')).toBeUndefined();
    expect(readRunAs('admin:CORP\\x')).toBeUndefined();
  });

  it.each<[AccountKind, string]>([
    ['gmsa', 'CORP\\etl$'],
    ['s4u', 'CORP\\etl'],
    ['s4u', '.\\etl user'],
    ['user', 'etl@corp.example'],
    ['user', 'S-1-5-21-1004336348-1177238915-682003330-1001'],
    ['user', 'corp.example\\Jörg'],
    ['interactive', 'CORP\\ann'],
  ])('may be %s %s', (kind, account) => expect(accountProblem(kind, account)).toBeUndefined());

  it.each<[AccountKind, string, string]>([
    ['gmsa', 'CORP\\etl', 'the $ at its end'],
    ['gmsa', 'etl$', 'CORP\\etl$'],
    ['user', 'CORP\\etl$', 'write gmsa'],
    ['user', 'etl', 'CORP\\etl'],
    ['s4u', 'NT AUTHORITY\\SYSTEM', 'local-service'],
    ['user', 'BUILTIN\\Administrators', 'a group'],
    ['user', 'S-1-1-0', 'a group'],
    ['user', 'CORP\\', 'a user'],
    ['user', 'CORP\\a"b', 'a user'],
    ['s4u', 'a\\b\\c', 'a user'],
    ['interactive', 'BUILTIN\\Users', 'a group'],
  ])('may not be %s %s', (kind, account, words) => expect(accountProblem(kind, account)).toContain(words));
});

describe('its principal', () => {
  it.each([
    ['system', { userId: 'S-1-5-18', runLevel: 'HighestAvailable' }, 'never'],
    ['local-service', { userId: 'S-1-5-19', runLevel: 'LeastPrivilege' }, 'never'],
    ['network-service', { userId: 'S-1-5-20', runLevel: 'LeastPrivilege' }, 'never'],
    ['gmsa:CORP\\etl$', { userId: 'CORP\\etl$', logonType: 'Password', runLevel: 'LeastPrivilege' }, 'never'],
    ['s4u:CORP\\etl', { userId: 'CORP\\etl', logonType: 'S4U', runLevel: 'LeastPrivilege' }, 'if-known'],
    ['user:CORP\\etl', { userId: 'CORP\\etl', logonType: 'Password', runLevel: 'LeastPrivilege' }, 'always'],
    [
      'interactive:CORP\\ann',
      { userId: 'CORP\\ann', logonType: 'InteractiveToken', runLevel: 'LeastPrivilege' },
      'never',
    ],
  ] as const)('of %s', (runAs, principal, password) => {
    expect(principalFor(runAs)).toEqual({ id: 'Author', ...principal });
    expect(passwordNeed(runAs)).toBe(password);
  });

  it('has the highest rights where the job says so, and SYSTEM always', () => {
    expect(principalFor('s4u:CORP\\Etl', {}, 'highest').runLevel).toBe('HighestAvailable');
    expect(principalFor('system', {}, 'ordinary').runLevel).toBe('HighestAvailable');
  });

  it('names the SID where the host knows it', () => {
    expect(principalFor('s4u:CORP\\Etl', { 'corp\\etl': 'S-1-5-21-1-2-3-1001' }).userId).toBe('S-1-5-21-1-2-3-1001');
  });
});
