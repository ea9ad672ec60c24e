import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Memory in KiB, passes and lanes: the second choice of RFC 9106, section 4, for where 2 GiB are too much. */
const cost = { memoryCost: 64 * 1024, timeCost: 3, parallelism: 4 } as const;
/** How everything begins that is hashed like that. */
const current = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;
/** A hash of no password: salt and hash are zeros. */
const nobody = `${current}${'A'.repeat(22)}$${'A'.repeat(43)}`;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
/** Compiled code of this platform, loaded when the first password comes. */
const argon2 = () => import('@node-rs/argon2');

/** So many passwords are looked at the same time: each takes 64 MiB and a core. */
const mostAtOnce = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function oneOfFew<T>(work: () => Promise<T>): Promise<T> {
  if (running >= mostAtOnce) await new Promise<void>((go) => waiting.push(go));
  else running += 1;
  try {
    return await work();
  } finally {
    // Whoever waits takes over the place.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** What is stored of a password: the method and its numbers with it, so that they can grow (PHC string format). */
export async function hashPassword(password: string): Promise<string> {
  const { hash } = await argon2();
  return await oneOfFew(() => hash(password.normalize('NFKC'), cost));
}

/**
 * @param stored null where there is no such account: it takes as long all the same, so that nobody learns it
 * @throws Error when it is stored by a method that is not known
 */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const plain = password.normalize('NFKC');
  if (stored?.startsWith('scrypt$')) return await oneOfFew(() => isScrypt(plain, stored));
  const text = stored ?? nobody;
  if (!text.startsWith('$argon2id$'))
    throw new Error(`a password is stored by a method that is not known: ${text.split('$')[1] ?? ''}`);
  const { verify } = await argon2();
  return (await oneOfFew(() => verify(text, plain))) && stored !== null;
}

/** Is it stored by a method or with numbers that were right once? The next time that it is known, it is hashed anew. */
export function isOldHash(stored: string): boolean {
  return !stored.startsWith(current);
}

/** `scrypt$N$r$p$salt$hash`, as passwords were stored before. */
async function isScrypt(plain: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = stored.split('$');
  const numbers = { N: Number(N), r: Number(r), p: Number(p) };
  const wanted = Buffer.from(hash, 'base64url');
  const got = await derive(plain, Buffer.from(salt, 'base64url'), wanted.length, {
    ...numbers,
    maxmem: 256 * numbers.N * numbers.r,
  });
  return wanted.length > 0 && timingSafeEqual(wanted, got);
}
