import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const hashBytes = 32;
/** OWASP's least for scrypt: 128 MiB would stop a small server, so 64 MiB with three lanes. */
const cost = { N: 2 ** 16, r: 8, p: 2 } as const;
const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

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

function scryptOf(password: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> {
  return oneOfFew(() => derive(password.normalize('NFKC'), salt, hashBytes, { N, r, p, maxmem: 256 * N * r }));
}

/** What is stored of a password: the method and its numbers with it, so that they can grow. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await scryptOf(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** @param stored null where there is no such account: it takes as long all the same, so that nobody learns it */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [method, N, r, p, salt, hash] = (stored ?? nobody).split('$');
  if (method !== 'scrypt') throw new Error(`a password is stored by a method that is not known: ${method}`);
  const numbers = { N: Number(N), r: Number(r), p: Number(p) };
  const got = await scryptOf(password, Buffer.from(salt ?? '', 'base64url'), numbers);
  const wanted = Buffer.from(hash ?? '', 'base64url');
  return wanted.length === got.length && timingSafeEqual(wanted, got) && stored !== null;
}

const nobody = ['scrypt', cost.N, cost.r, cost.p, 'AAAAAAAAAAAAAAAAAAAAAA', 'A'.repeat(43)].join('$');
