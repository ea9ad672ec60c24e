import { cloneDatabase } from '@carillon/testkit/database';
import { S3Server } from '@carillon/testkit/s3-server';
import type { ArchiveSettings } from '../../config/archive-config.js';
import { AlertNudge } from '../../queue/alert-nudge.js';
import { InProcessHints } from '../../queue/in-process-hints.js';
import { ArchiveStateStore } from '../../store/archive-state.store.js';
import { ArchivedOutputStore } from '../../store/archived-output.store.js';
import type { Database } from '../../store/database.store.js';
import { RunOutputStore } from '../../store/run-output.store.js';
import { addJobAndHost, addOutput, addRun, type RunChanges, type TestPiece } from '../../store/testing/runs.js';
import { openDatabase } from '../../store/testing/stores.js';
import { ArchiveMover } from '../archive-mover.js';
import { ArchivedOutputs } from '../archived-outputs.js';
import { RunOutputs } from '../run-outputs.js';

const dayMs = 86_400_000;

export type ArchiveScene = Awaited<ReturnType<typeof startArchiveScene>>;

/** A database, a store of objects, and servers between them; output is archived seven days after its run ended. */
export async function startArchiveScene() {
  const [test, s3] = [await cloneDatabase(), await S3Server.start()];
  const database = openDatabase(test.url);
  const place = await addJobAndHost(database, { job: 'nightly etl', host: 'WIN-01' });
  const settings: ArchiveSettings = { ...s3.settings, afterDays: 7 };
  /** A server, by default one that is well; each has a memory of its own. */
  const server = (own: { database?: Pick<Database, 'pool'>; archive?: ArchiveSettings } = {}) => {
    const its = (own.database ?? database) as Database;
    const config = { archive: 'archive' in own ? own.archive : settings, keepRunsDays: 90 };
    const [store, hot] = [new ArchivedOutputStore(its), new RunOutputStore(its)];
    const archived = new ArchivedOutputs(store, config);
    const state = new ArchiveStateStore(its);
    const nudge = new AlertNudge(new InProcessHints());
    return {
      archived,
      outputs: new RunOutputs(hot, archived),
      mover: new ArchiveMover(store, hot, archived, state, nudge, config),
      state,
    };
  };
  return {
    ...{ database, url: test.url, s3, settings, server, place },
    /** A run that started so many days before now. */
    async run(daysAgo: number, pieces: readonly TestPiece[], changes: RunChanges = {}): Promise<string> {
      const id = await addRun(database, place, { startedAtMs: Date.now() - daysAgo * dayMs, ...changes });
      await addOutput(database, id, pieces);
      return id;
    },
    /** Bytes of both streams, read page by page of so many pieces, by a server that knows nothing yet. */
    async read(runId: string, limit = 2): Promise<[string, string]> {
      const { outputs } = server();
      const texts: [string, string] = ['', ''];
      for (const stream of [0, 1] as const)
        for (let offset = 0, more = true; more; ) {
          const page = await outputs.from(runId, stream, offset, limit);
          for (const { offset: at, data } of page.rows) {
            if (at !== offset) throw new Error(`expected a piece at ${offset}, got one at ${at}`);
            offset += data.length;
            texts[stream] += data.toString('latin1');
          }
          more = page.more;
        }
      return texts;
    },
    /** Pieces of a run in the database. */
    async hotPieces(runId: string): Promise<number> {
      const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM run_output WHERE run_id = $1', [
        runId,
      ]);
      return (rows[0] as { n: number }).n;
    },
    /** States of the rows of objects, by key. */
    async rows(): Promise<Map<string, string>> {
      const { rows } = await database.pool.query<{ key: string; state: string }>(
        'SELECT key, state FROM archived_output',
      );
      return new Map(rows.map(({ key, state }) => [key, state]));
    },
    async close(): Promise<void> {
      await database.onApplicationShutdown();
      await Promise.all([test.drop(), s3.close()]);
    },
  };
}
