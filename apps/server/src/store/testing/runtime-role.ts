import { randomUUID } from 'node:crypto';
import { cloneDatabase } from '@carillon/testkit/database';
import pg from 'pg';
import { grantRuntime } from '../runtime-role.js';

/** A database in which the server works as a role that owns nothing, as `url` says. */
export async function cloneForRuntime() {
  const { url: ownerUrl, drop } = await cloneDatabase();
  const role = `carillon_test_${randomUUID().slice(0, 8)}`;
  const at = new URL(ownerUrl);
  [at.username, at.password] = [role, 'of the server'];
  await grantRuntime(at.href, ownerUrl);
  return {
    ...{ url: at.href, ownerUrl, role },
    async drop(): Promise<void> {
      const client = new pg.Client(ownerUrl);
      await client.connect();
      await client.query(`DROP OWNED BY ${role} CASCADE`);
      await client.query(`DROP ROLE ${role}`);
      await client.end();
      await drop();
    },
  };
}
