import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { readJson, writeJson } from '../state/files.js';

interface SealedPassword {
  /** The name as it was given; the key is it in lower case. */
  readonly account: string;
  /** Another one each time a password is handed over, so that tasks registered with an older one are noticed. */
  readonly mark: string;
  readonly at: string;
  readonly nonce: string;
  readonly sealed: string;
}

type PasswordBook = Record<string, SealedPassword>;

/** An account whose password was handed over on this host. */
export interface KnownAccount {
  readonly account: string;
  readonly at: string;
}

const tagBytes = 16;

/**
 * Passwords of accounts that jobs of this host run as, given by somebody on the host; they never travel. The file is
 * readable by its owner only, and sealed with a key made from the agent's own: a copy of the file alone is worth nothing.
 * Who can read both is SYSTEM or an administrator, to whom Windows' own store of passwords is open as well.
 */
export class PasswordFile {
  constructor(
    private readonly path: string,
    private readonly privateKey: KeyObject,
    /** What the file holds: files of one kind cannot be passed off as another's. */
    private readonly kind: 'password' | 'secret' = 'password',
  ) {}

  set(account: string, password: string, nowMs: number): void {
    const key = keyOf(account);
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.sealingKey(), nonce).setAAD(Buffer.from(key));
    const sealed = Buffer.concat([cipher.update(password, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    const entry: SealedPassword = {
      account,
      mark: randomUUID(),
      at: new Date(nowMs).toISOString(),
      nonce: nonce.toString('base64'),
      sealed: sealed.toString('base64'),
    };
    writeJson(this.path, { ...this.book(), [key]: entry });
  }

  /** @returns whether there was one */
  forget(account: string): boolean {
    const { [keyOf(account)]: gone, ...others } = this.book();
    if (gone) writeJson(this.path, others);
    return gone !== undefined;
  }

  list(): KnownAccount[] {
    return Object.values(this.book()).map(({ account, at }) => ({ account, at }));
  }

  /** Tells one handing-over of a password from another, without the password. */
  markOf(account: string): string | undefined {
    return this.book()[keyOf(account)]?.mark;
  }

  /** @throws Error when the file was sealed with another key or was changed */
  get(account: string): string | undefined {
    const key = keyOf(account);
    const entry = this.book()[key];
    if (!entry) return undefined;
    const sealed = Buffer.from(entry.sealed, 'base64');
    const open = createDecipheriv('aes-256-gcm', this.sealingKey(), Buffer.from(entry.nonce, 'base64'));
    open.setAAD(Buffer.from(key)).setAuthTag(sealed.subarray(-tagBytes));
    try {
      return Buffer.concat([open.update(sealed.subarray(0, -tagBytes)), open.final()]).toString('utf8');
    } catch {
      throw new Error(
        `${this.path}: the ${this.kind} of ${account} was sealed for another agent or changed; hand it over again`,
      );
    }
  }

  private book(): PasswordBook {
    return readJson<PasswordBook>(this.path) ?? {};
  }

  private sealingKey(): Buffer {
    const secret = this.privateKey.export({ type: 'pkcs8', format: 'der' });
    return Buffer.from(hkdfSync('sha256', secret, '', `carillon/v1/${this.kind}s`, 32));
  }
}

function keyOf(account: string): string {
  return account.toLowerCase();
}
