import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll } from 'vitest';
import { type GatewayOptions, startGateway, type TestGateway } from './gateway-fixture.js';

/** A gateway on a database of its own, for all tests of a file; both are thrown away after them. */
export async function ownGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const database = await cloneDatabase();
  const gateway = await startGateway(database.url, options);
  afterAll(async () => {
    await gateway.close();
    await database.drop();
  });
  return gateway;
}
