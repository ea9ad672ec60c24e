import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import { readJson, writeJson } from '../state/files.js';

interface SealedPassword {
  /** The name as it was given; the key is it in lower case. */
  readonly account: string;
  /** Another one each time a password is handed over, so that tasks registered with an older one are noticed. */
  readonly mark: string;
  readonly at: string;
  readonly nonce: string;
  readonly sealed: string;
  /** Of one that the centre gave; absent of those that were handed over on the host. */
  readonly central?: Central;
}

/** Which value of the centre this is. */
interface Central {
  readonly version: number;
  /** The job that it was given for; absent of accounts. */
  readonly jobId?: string;
}

type PasswordBook = Record<string, SealedPassword>;

/** An account whose password was handed over on this host. */
export interface KnownAccount {
  readonly account: string;
  readonly at: string;
  /** From the centre: of which version. */
  readonly central?: number;
}

const tagBytes = 16;

/**
 * Passwords of accounts that jobs of this host run as: given by somebody on the host, which never travel and come first, or
 * by the centre, which seals them to this agent. The file is
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
    this.write(keyOf(account), account, password, nowMs);
  }

  /** Keeps what the centre gave, beside what was handed over here: that comes first as long as it is there. */
  setCentral(account: string, password: string, nowMs: number, central: Central): void {
    this.write(centralKey(account, central.jobId), account, password, nowMs, central);
  }

  private write(key: string, account: string, password: string, nowMs: number, central?: Central): void {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.sealingKey(), nonce).setAAD(Buffer.from(key));
    const sealed = Buffer.concat([cipher.update(password, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    const entry: SealedPassword = {
      account,
      mark: randomUUID(),
      at: new Date(nowMs).toISOString(),
      nonce: nonce.toString('base64'),
      sealed: sealed.toString('base64'),
      ...(central ? { central } : {}),
    };
    writeJson(this.path, { ...this.book(), [key]: entry });
  }

  /** @returns whether there was one */
  forget(account: string): boolean {
    const { [keyOf(account)]: gone, ...others } = this.book();
    if (gone) writeJson(this.path, others);
    return gone !== undefined;
  }

  /** Of the centre's, forgets all but those that `keep` says. @returns whether there were any */
  forgetCentral(keep: (account: string, jobId: string | undefined) => boolean): boolean {
    const all = Object.entries(this.book());
    const kept = all.filter(([, { account, central }]) => !central || keep(account, central.jobId));
    if (kept.length < all.length) writeJson(this.path, Object.fromEntries(kept));
    return kept.length < all.length;
  }

  /** Which version the centre gave; undefined where it gave none. */
  centralVersion(account: string, jobId?: string): number | undefined {
    return this.book()[centralKey(account, jobId)]?.central?.version;
  }

  /** Was one handed over on this host, which comes before the centre's? */
  hasOwn(account: string): boolean {
    return this.book()[keyOf(account)] !== undefined;
  }

  list(): KnownAccount[] {
    return Object.values(this.book()).map(({ account, at, central }) => ({
      account,
      at,
      ...(central ? { central: central.version } : {}),
    }));
  }

  /** Tells one handing-over of a password from another, without the password. */
  markOf(account: string): string | undefined {
    const book = this.book();
    return (book[keyOf(account)] ?? book[centralKey(account)])?.mark;
  }

  /**
   * @param jobId for which a secret is, where the centre gave it
   * @throws Error when the file was sealed with another key or was changed
   */
  get(account: string, jobId?: string): string | undefined {
    const book = this.book();
    const key = [keyOf(account), centralKey(account, jobId)].find((each) => book[each] !== undefined);
    const entry = key === undefined ? undefined : book[key];
    if (key === undefined || !entry) return undefined;
    const sealed = Buffer.from(entry.sealed, 'base64');
    const open = createDecipheriv('aes-256-gcm', this.sealingKey(), Buffer.from(entry.nonce, 'base64'));
    open.setAAD(Buffer.from(key)).setAuthTag(sealed.subarray(-tagBytes));
    try {
      return Buffer.concat([open.update(sealed.subarray(0, -tagBytes)), open.final()]).toString('utf8');
    } catch {
      throw new Error(
        `${this.path}: the ${this.kind} of ${account} was sealed for another agent or changed; hand it over again` satisfies HostFaultText,
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

/** No name of an account or a secret has a slash. */
function centralKey(account: string, jobId = 'centre'): string {
  return `${jobId}/${keyOf(account)}`;
}
