import { randomUUID } from 'node:crypto';
import type { CentralShelf } from '../accounts/central-secrets.js';

type Given = Parameters<CentralShelf['setCentral']>;

/** What the centre gave a simulated host: which version, and not the value. */
export class MemoryShelf implements CentralShelf {
  private readonly given = new Map<string, { account: string; mark: string; central: Given[3] }>();

  setCentral(...[account, , , central]: Given): void {
    this.given.set(keyOf(account, central.jobId), { account, mark: randomUUID(), central });
  }

  forgetCentral(keep: (account: string, jobId: string | undefined) => boolean): boolean {
    const gone = [...this.given].filter(([, { account, central }]) => !keep(account, central.jobId));
    for (const [key] of gone) this.given.delete(key);
    return gone.length > 0;
  }

  centralVersion(account: string, jobId?: string): number | undefined {
    return this.given.get(keyOf(account, jobId))?.central.version;
  }

  hasOwn(): boolean {
    return false;
  }

  markOf(account: string): string | undefined {
    return this.given.get(keyOf(account, undefined))?.mark;
  }
}

function keyOf(account: string, jobId: string | undefined): string {
  return `${account.toLowerCase()} ${jobId ?? ''}`;
}
