import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinToken, startGateway, type TestGateway } from './testing/gateway-fixture.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

let gateway: TestGateway;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  const database = await cloneDatabase();
  gateway = await startGateway(database.url);
  ends.push(gateway.close, database.drop);
});
afterAll(async () => {
  for (const end of ends) await end();
});

const dial = () => ScriptedAgent.dial(gateway.port);

describe('an agent', () => {
  it('enrols, says hello on the same socket and is welcomed', async () => {
    const agent = await dial();
    const identity = await agent.enroll(await joinToken(gateway));
    const welcome = await agent.hello(identity);
    expect(welcome).toMatchObject({ fence: 1, ack: { epoch: 1, upTo: 0 }, desired: { rev: 0 } });
    expect(gateway.status.snapshot()).toMatchObject({ agents: 1, unauthenticated: 0, draining: false });
    await agent.hangUp();
  });
});
