import type { AttemptRate } from '@carillon/core/access/sign-in-rules';
import { Inject, Injectable } from '@nestjs/common';
import { besideAct } from './audit-act.js';
import { Database } from './database.store.js';

/** Attempts to sign in, counted for all servers together. */
@Injectable()
export class SignInAttemptStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Counts an attempt before it is looked at, so that many at the same moment do not slip through.
   * @returns attempts that are not forgotten, with this one
   */
  async count(key: string, { allowed, forgetMs }: AttemptRate): Promise<number> {
    const result = await besideAct(() =>
      this.database.pool.query<{ failures: number }>(
        `INSERT INTO sign_in_failure AS f (key, failures, at) VALUES ($1, 1, now())
       ON CONFLICT (key) DO UPDATE SET at = now(), failures = least($2 + 1, 1 + greatest(0,
         f.failures - extract(epoch FROM now() - f.at) * 1000 / $3)) RETURNING failures`,
        [key, allowed, forgetMs],
      ),
    );
    return result.rows[0]?.failures ?? 1;
  }

  /** It was the right one: those before it were mistakes. */
  async forget(key: string): Promise<void> {
    await besideAct(() => this.database.pool.query('DELETE FROM sign_in_failure WHERE key = $1', [key]));
  }
}
