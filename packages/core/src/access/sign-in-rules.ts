import type { ExpectedText } from '../text/expected-texts.js';

/** So many wrong attempts at once, and how long until one of them is forgotten. */
export interface AttemptRate {
  readonly allowed: number;
  readonly forgetMs: number;
}

/** Of one account, and of one address; both have to have room. */
export const attemptRates = {
  account: { allowed: 10, forgetMs: 60_000 },
  address: { allowed: 40, forgetMs: 15_000 },
  /** Of beginning at an identity provider, which costs a row: many people may share an address. */
  provider: { allowed: 100, forgetMs: 1_000 },
} as const satisfies Record<string, AttemptRate>;

/** How long until another attempt is looked at. @param failures with this one, those that were forgotten taken off */
export function attemptWaitMs(failures: number, { allowed, forgetMs }: AttemptRate): number {
  return failures <= allowed ? 0 : Math.ceil((failures - allowed) * forgetMs);
}

/** Shortest password; length is what makes one hard to guess, so nothing else is asked for (NIST SP 800-63B). */
export const shortestPassword = 12;
const longestPassword = 200;

/** What is wrong with a password somebody chose; undefined when it will do. */
export function passwordProblem(password: string, accountName: string): ExpectedText | undefined {
  const letters = [...password];
  if (letters.length < shortestPassword || letters.length > longestPassword)
    return `${shortestPassword} to ${longestPassword} characters`;
  if (new Set(letters).size < 5) return 'more than a few different characters';
  const plain = password.toLowerCase();
  return plain.includes(accountName.toLowerCase()) || plain.includes('carillon')
    ? 'something without the name of the account or of this product'
    : undefined;
}
