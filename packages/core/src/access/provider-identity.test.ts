import { describe, expect, it } from 'vitest';
import { readProviderIdentity } from './provider-identity.js';

const names = { nameClaim: 'preferred_username', groupsClaim: 'groups' };
const read = (claims: Record<string, unknown>) => readProviderIdentity({ sub: 's-1', ...claims }, names);

describe('what an identity provider claims', () => {
  it.each([
    [{ preferred_username: 'ann' }, 'ann'],
    [{ preferred_username: 'CORP\\ann meier' }, 'CORP-ann-meier'],
    [{ preferred_username: '  ', email: 'ann@corp.example' }, 'ann@corp.example'],
    [{ preferred_username: '../../x' }, 'x'],
    [{ preferred_username: '李雷' }, '李雷'],
    [{ preferred_username: 7 }, 's-1'],
    [{ preferred_username: '***' }, 'person'],
    [{ preferred_username: 'a'.repeat(300) }, 'a'.repeat(100)],
  ])('names %j %s', (claims, name) => {
    expect(read(claims)).toMatchObject({ subject: 's-1', name });
  });

  it.each([
    [undefined, []],
    ['Operations', ['Operations']],
    [
      ['a', 'b', 'a', '', 7, null, 'x'.repeat(201)],
      ['a', 'b'],
    ],
    [{ a: true }, []],
  ])('of groups %j is %j', (groups, wanted) => {
    expect(read({ groups })?.groups).toEqual(wanted);
  });

  it('is nobody without a subject', () => {
    for (const sub of [undefined, '', 3]) expect(readProviderIdentity({ sub, email: 'x' }, names)).toBeNull();
  });
});
