import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, isOldHash, isPassword } from './passwords.js';

const password = 'a long walk by the river';

/** As they were stored before. */
function scryptHash(text: string): string {
  const salt = Buffer.from('0123456789abcdef');
  const hash = scryptSync(text.normalize('NFKC'), salt, 32, { N: 2 ** 14, r: 8, p: 2, maxmem: 2 ** 26 });
  return ['scrypt', 2 ** 14, 8, 2, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

describe('a stored password', () => {
  it('is argon2id with its numbers, another each time, and known again however it is typed', async () => {
    const [first, second] = [await hashPassword('passe-partout né à Paris'), await hashPassword(password)];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await hashPassword(password)).not.toBe(second);
    expect(await isPassword('passe-partout né à Paris'.normalize('NFD'), first)).toBe(true);
    expect(await isPassword(password, second)).toBe(true);
    expect(await isPassword(`${password} `, second)).toBe(false);
    expect(isOldHash(second)).toBe(false);
  });

  it('of an earlier method or with smaller numbers goes on, and is known to be old', async () => {
    const { hash } = await import('@node-rs/argon2');
    const small = await hash(password, { memoryCost: 1024, timeCost: 1, parallelism: 1 });
    for (const stored of [scryptHash(password), small]) {
      expect(await isPassword(password, stored)).toBe(true);
      expect(await isPassword('another long walk', stored)).toBe(false);
      expect(isOldHash(stored)).toBe(true);
    }
  });

  it('that is not there, cut short or of an unknown method fits nothing', async () => {
    expect(await isPassword(password, null)).toBe(false);
    expect(await isPassword('', null)).toBe(false);
    expect(await isPassword(password, scryptHash(password).replace(/[^$]+$/, ''))).toBe(false);
    await expect(isPassword(password, '$md5$x')).rejects.toThrow('not known: md5');
  });
});
