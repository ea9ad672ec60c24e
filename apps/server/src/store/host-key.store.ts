import { isGoodRotation } from '@carillon/core/host/key-rotation';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';

export interface KeyOffer {
  readonly hostId: string;
  readonly next: string;
  readonly byOld: string;
  readonly byNew: string;
}

/** Another key for a host: kept when it is offered, taken when the host signs in with it. */
@Injectable()
export class HostKeyStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** Of these hosts, those that should have another key. @param days age at which a key is old; 0: none is */
  async due(hostIds: readonly string[], days: number): Promise<string[]> {
    const { rows } = await this.database.pool.query<{ id: string }>(
      `SELECT id FROM host WHERE id = ANY($1::uuid[]) AND state = 'active'
         AND (key_wanted_at > key_since OR ($2::int > 0 AND key_since < now() - $2::int * interval '1 day'))`,
      [hostIds, days],
    );
    return rows.map(({ id }) => id);
  }

  /** @returns whether it is kept: the host's own key must say so, and the next one as well */
  async offer({ hostId, next, byOld, byNew }: KeyOffer): Promise<boolean> {
    const { rows } = await this.database.pool.query<{ publicKey: string }>(
      `SELECT public_key AS "publicKey" FROM host WHERE id = $1 AND state = 'active'`,
      [hostId],
    );
    const [host] = rows;
    if (!host || !isGoodRotation({ hostId, publicKey: host.publicKey, next, byOld, byNew })) return false;
    const { rowCount } = await this.database.pool.query(
      'UPDATE host SET key_offered = $2, key_offer = $3 WHERE id = $1 AND public_key = $4',
      [hostId, next, JSON.stringify({ byOld, byNew }), host.publicKey],
    );
    return rowCount === 1;
  }

  /**
   * The host has signed in with the key that it offered: the one before is refused from here on.
   * @throws NotSigned when its own key does not say so, as for a row that somebody wrote
   */
  take(hostId: string): Promise<void> {
    return this.database.transaction(async (tx) => {
      const [host] = await tx.$queryRaw<
        { name: string; publicKey: string; next: string | null; offer: { byOld: string; byNew: string } | null }[]
      >`
        SELECT name, public_key AS "publicKey", key_offered AS next, key_offer AS offer
        FROM host WHERE id = ${hostId}::uuid FOR UPDATE`;
      if (!host || host.next === null) return;
      const { name, publicKey, next } = host;
      const { byOld = '', byNew = '' } = host.offer ?? {};
      this.accepted.note({ kind: 'host-key', hostId, publicKey, next, byOld, byNew });
      noteChange({
        by: name,
        via: 'agent',
        kind: 'Host',
        act: 'took another key',
        what: name,
        before: { publicKey },
        after: { publicKey: next },
      });
      await tx.$executeRaw`
        UPDATE host SET public_key = key_offered, key_since = now(), key_wanted_at = NULL, key_offered = NULL, key_offer = NULL
        WHERE id = ${hostId}::uuid`;
      // It says its key for secrets again, over its own new one.
      await tx.$executeRaw`DELETE FROM host_seal_key WHERE host_id = ${hostId}::uuid`;
    });
  }
}
