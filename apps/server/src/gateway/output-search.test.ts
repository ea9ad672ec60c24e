import { searchableText } from '@carillon/core/run/searchable-text';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunStore } from '../store/run.store.js';
import { addJobAndHost, addRun, type RunPlace } from '../store/testing/runs.js';
import { joinToken, startGateway, type TestGateway } from './testing/gateway-fixture.js';
import { logFrame } from './testing/run-events.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

let test: TestDatabase;
let gateway: TestGateway;
let agent: ScriptedAgent;
let place: RunPlace;
beforeAll(async () => {
  test = await cloneDatabase();
  gateway = await startGateway(test.url);
  agent = await ScriptedAgent.dial(gateway.port);
  const identity = await agent.enroll(await joinToken(gateway));
  await agent.hello(identity);
  place = { ...(await addJobAndHost(gateway.database, { job: 'j', host: 'h' })), hostId: identity.agentId };
});
afterAll(async () => {
  await gateway.close();
  await test.drop();
});

const dayMs = 86_400_000;
const pieceBytes = 32 * 1024;

async function write(runId: string, offset: number, data: Buffer | string, codec: 'none' | 'gzip' = 'none') {
  const bytes = Buffer.from(data as string);
  const text = bytes.toString('latin1');
  // The helper packs text; bytes that are none go as they are.
  const changes = codec === 'gzip' ? { codec, length: bytes.length } : { data: bytes, length: bytes.length };
  agent.ws.send(logFrame(runId, offset, text, changes));
  await agent.take('log.ack');
}

async function find(text: string, sinceMs = Date.now() - dayMs): Promise<string[]> {
  const store = new RunStore(gateway.database);
  const rows = await store.list({ before: null, limit: 50, sinceMs, words: searchableText(text) });
  return rows.map(({ id }) => id);
}

describe('searching output', () => {
  it('finds words one after the other, in any case, in plain, packed and foreign text', async () => {
    const [plain, packed, chinese, german] = [
      await addRun(gateway.database, place),
      await addRun(gateway.database, place),
      await addRun(gateway.database, place),
      await addRun(gateway.database, place),
    ];
    await write(plain, 0, 'Copy D:\\in\\orders.csv: Access denied (0x80070005)\r\n');
    await write(packed, 0, `${'line of no interest\n'.repeat(500)}disk FULL, giving up`, 'gzip');
    await write(chinese, 0, '备份失败，磁盘已满');
    await write(german, 0, Buffer.from('Z\xe4hler l\xe4uft \xfcber', 'latin1'));
    expect(await find('access DENIED')).toEqual([plain]);
    expect(await find('denied access')).toEqual([]);
    expect(await find('orders.csv')).toEqual([plain]);
    expect(await find('0x80070005')).toEqual([plain]);
    expect(await find('disk full')).toEqual([packed]);
    expect(await find('磁盘')).toEqual([chinese]);
    expect(await find('zähler')).toEqual([german]);
    expect(await find('interest')).toEqual([packed]);
  });

  it('looks only into the time that is asked for', async () => {
    const old = await addRun(gateway.database, place, { startedAtMs: Date.now() - 3 * dayMs });
    await write(old, 0, 'remarkable');
    expect(await find('remarkable')).toEqual([]);
    expect(await find('remarkable', Date.now() - 4 * dayMs)).toEqual([old]);
  });

  it('keeps the beginning and the end of a long output, and lets go of what lies between', async () => {
    const run = await addRun(gateway.database, place);
    const pieces = 12;
    for (let number = 0; number < pieces; number += 1) {
      const word = `piece${number} `;
      await write(run, number * pieceBytes, word + 'x '.repeat((pieceBytes - word.length) / 2), 'gzip');
    }
    const hits: number[] = [];
    for (let number = 0; number < pieces; number += 1) if ((await find(`piece${number}`)).length > 0) hits.push(number);
    expect(hits).toEqual([0, 1, 9, 10, 11]);
  });
});
