import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeKeyPair, rawPublicKey, type SigningContext, signText } from '@carillon/core/desired/signing';

/** Signs definitions and commands. Its key is a file apart from the database: whoever can write rows cannot run code. */
export class Signer {
  private constructor(
    private readonly privateKey: KeyObject,
    /** What agents pin when they enrol. */
    readonly publicKey: string,
  ) {}

  /** Reads the key file (PKCS #8 PEM), making it the first time. Several servers must share one file. */
  static fromFile(path: string): Signer {
    if (!existsSync(path)) createKeyFile(path);
    const privateKey = createPrivateKey(readFileSync(path, 'utf8'));
    return new Signer(privateKey, rawPublicKey(createPublicKey(privateKey)));
  }

  sign(context: SigningContext, text: string): string {
    return signText(this.privateKey, context, text);
  }
}

/** Two servers may start at once on a shared folder: the first link wins and nobody reads half a key. */
function createKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  const pem = makeKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(temporary, pem, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}
