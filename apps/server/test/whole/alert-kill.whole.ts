import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalApi } from '@carillon/stack/api';
import { HttpSink, type SinkRequest } from '@carillon/testkit/http-sink';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Product, startProduct } from './product.js';

const jobs = ['first', 'second', 'third'] as const;
/** As long as a server may take with a notice before another takes it over, and a little. */
const timeoutMs = 400_000;

let product: Product & { dispose(): Promise<void> };
let sink: HttpSink;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-alert-kill-'));
  sink = await HttpSink.start();
  product = await startProduct({ CARILLON_SELF_WATCH_MS: '0' });
});
afterAll(async () => {
  await product?.dispose();
  await sink?.close();
  rmSync(folder, { recursive: true, force: true });
});

const documents = () => [
  {
    kind: 'Channel',
    name: 'desk',
    type: 'webhook',
    url: sink.url,
    signing: { secret: 'desk' },
    allowPrivateAddresses: true,
  },
  { kind: 'Route', name: 'all', to: 'desk', groupWait: '0s' },
  { kind: 'AlertPolicy', name: 'fails', severity: 'high', when: { consecutiveFailures: 1 } },
  ...jobs.map((name) => ({
    kind: 'Job',
    name,
    targets: { all: true },
    schedule: '0 4 1 1 *',
    run: { program: process.execPath, arguments: ['-e', 'process.exit(3)'] },
    alerts: ['fails'],
  })),
];

/** A receiver knows repeats by their id, which stands for one notice about one incident. */
function timesById(requests: readonly SinkRequest[]): Map<string | undefined, number> {
  const times = new Map<string | undefined, number>();
  for (const { headers } of requests) times.set(headers['webhook-id'], (times.get(headers['webhook-id']) ?? 0) + 1);
  return times;
}

describe('a server that is killed while it tells of failures', () => {
  it(
    'tells of each, at most twice and under the same id',
    async () => {
      const api = new LocalApi(product.url, join(product.folder, 'admin-token'));
      const value = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
      await api.call('POST', '/secrets', { name: 'desk', value });
      const file = join(folder, 'all.yaml');
      writeFileSync(
        file,
        documents()
          .map((document) => JSON.stringify(document))
          .join('\n---\n'),
      );
      const applied = await product.cli('apply', '-f', file);
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      await eventually(async () =>
        (await product.json<{ inSync: boolean }[]>('hosts'))[0]?.inSync ? true : undefined,
      );

      // Nobody answers the first notice, and its server goes while it waits: nobody knows whether it arrived. What the
      // other runs left behind by then is in some turn, or in none yet.
      let killed = 0;
      sink.answer = () => {
        if (killed > 0) return {};
        killed += 1;
        process.kill(product.running().serverPid, 'SIGKILL');
        return { silent: true };
      };
      const started = jobs.map((name) => product.cli('run', name));
      await sink.taken(1);
      await Promise.all(started);
      expect(killed).toBe(1);

      // The one that waited comes again when the lease of the dead server is over. So may another, whose answer came
      // too late for the dead server to write down.
      await eventually(async () => (timesById(sink.requests.slice(1)).size === jobs.length ? true : undefined));
      const times = timesById(sink.requests);
      expect(times.get(sink.requests[0]?.headers['webhook-id'])).toBe(2);
      expect(Math.max(...times.values())).toBe(2);

      const incidents = await product.json<{ number: number; state: string }[]>('incidents');
      expect(incidents.map(({ state }) => state)).toEqual(jobs.map(() => 'firing'));
      const numbers = sink.requests.map(({ body }) => JSON.parse(body).data.incident.number);
      expect(new Set(numbers)).toEqual(new Set(incidents.map(({ number }) => number)));
    },
    timeoutMs,
  );
});
