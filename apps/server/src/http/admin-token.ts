import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { hashSecret, makeSecret, sameHash } from './secrets.js';

/** The local admin token: whoever can read its file administers this server. Made at the first start. */
export class AdminToken {
  private constructor(private readonly hash: string) {}

  /** Reads the file, making it the first time; of several servers on one folder the first wins. */
  static fromFile(path: string): AdminToken {
    if (!existsSync(path)) create(path);
    const token = readFileSync(path, 'utf8').trim();
    if (token.length < 32)
      throw new Error(`${path}: expected a token of at least 32 characters; remove the file to get a new one`);
    return new AdminToken(hashSecret(token));
  }

  matches(secret: string): boolean {
    return sameHash(this.hash, hashSecret(secret));
  }
}

function create(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, `${makeSecret()}\n`, { mode: 0o600 });
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
