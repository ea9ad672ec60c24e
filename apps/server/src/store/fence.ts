import type pg from 'pg';

/** A session's claim on its host: the fence it was given when it began. */
export interface FenceClaim {
  readonly hostId: string;
  readonly fence: number;
}

/**
 * Is this still the newest session of the host? The row stays locked until the transaction ends, so a newer session
 * cannot begin in the middle of an older one's write.
 */
export async function holdsFence(client: pg.PoolClient, claim: FenceClaim): Promise<boolean> {
  const held = await client.query('SELECT 1 FROM agent_session WHERE host_id = $1 AND fence = $2 FOR SHARE', [
    claim.hostId,
    claim.fence,
  ]);
  return held.rowCount === 1;
}
