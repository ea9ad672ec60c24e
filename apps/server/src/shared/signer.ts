import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { makeKeyPair, rawPublicKey, type SigningContext, signText } from '@carillon/core/desired/signing';
import { makeKeyFile } from './key-file.js';

/** Signs definitions and commands. Its key is a file apart from the database: whoever can write rows cannot run code. */
export class Signer {
  private constructor(
    private readonly privateKey: KeyObject,
    /** What agents pin when they enrol. */
    readonly publicKey: string,
  ) {}

  /** Reads the key file (PKCS #8 PEM), making it the first time. Several servers must share one file. */
  static fromFile(path: string): Signer {
    makeKeyFile(path, () => makeKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
    const privateKey = createPrivateKey(readFileSync(path, 'utf8'));
    return new Signer(privateKey, rawPublicKey(createPublicKey(privateKey)));
  }

  sign(context: SigningContext, text: string): string {
    return signText(this.privateKey, context, text);
  }
}
