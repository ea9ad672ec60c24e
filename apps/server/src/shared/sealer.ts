import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { makeKeyFile } from './key-file.js';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** Told apart from what later versions may write. */
const version = 1;

/** Does this look like something that was sealed? Whether it opens only the key can tell. */
export function isSealedForm(bytes: Uint8Array): boolean {
  return bytes[0] === version && bytes.length > 1 + nonceBytes + tagBytes;
}

/** Seals values for the database with a key that is not there: AES-256-GCM, bound to the name of the value. */
export class Sealer {
  /** For what is only to be known again, and is no secret. */
  private readonly macKey: Buffer;

  private constructor(private readonly key: Buffer) {
    this.macKey = Buffer.from(hkdfSync('sha256', key, '', 'carillon/v1/mac', keyBytes));
  }

  /**
   * Reads the key file (32 bytes), making it the first time. Several servers must share one file.
   * @throws Error when the file is no key, or what is sealed could be read without it
   */
  static fromFile(path: string): Sealer {
    makeKeyFile(path, () => randomBytes(keyBytes));
    const key = readFileSync(path);
    if (key.length !== keyBytes) throw new Error(`${path}: expected a key of ${keyBytes} bytes, got ${key.length}`);
    const sealer = new Sealer(key);
    sealer.testItself();
    return sealer;
  }

  seal(name: string, value: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), sealed]);
  }

  /** @throws Error when it was sealed with another key, for another name, or changed since */
  open(name: string, sealed: Uint8Array): string {
    const bytes = Buffer.from(sealed);
    if (bytes[0] !== version) throw new Error(`secret ${name}: sealed by another version`);
    const nonce = bytes.subarray(1, 1 + nonceBytes);
    const tag = bytes.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(name)).setAuthTag(tag);
    try {
      const rest = bytes.subarray(1 + nonceBytes + tagBytes);
      return Buffer.concat([decipher.update(rest), decipher.final()]).toString('utf8');
    } catch {
      throw new Error(`secret ${name}: it cannot be opened with this server's key file`);
    }
  }

  /** By which a text of ours is known again: HMAC-SHA256, base64url, bound to what it is for. */
  mac(purpose: string, text: string): string {
    return createHmac('sha256', this.macKey).update(`${purpose}\0${text}`).digest('base64url');
  }

  isOurs(purpose: string, text: string, mac: string): boolean {
    const [expected, given] = [Buffer.from(this.mac(purpose, text)), Buffer.from(mac)];
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  /** A seal that does nothing would go unnoticed for years: seen elsewhere, so it is looked at on every start. */
  private testItself(): void {
    const value = randomBytes(24).toString('hex');
    const sealed = this.seal('self-test', value);
    if (sealed.includes(value) || this.open('self-test', sealed) !== value)
      throw new Error('secrets would not be sealed: the self-test failed');
  }
}
