import { setTimeout as wait } from 'node:timers/promises';
import { createPostgresBackend } from 'bullmq';

const retryMs = 1_000;

/** What BullMQ keeps of its first connection attempt. */
interface Remembering {
  readyPromise?: Promise<void> | undefined;
  waitUntilReady(): Promise<void>;
}

/**
 * BullMQ's Postgres backend for a Postgres that may be away. BullMQ keeps a failed first connection for ever, and its
 * worker asks again at once after any error but a refused connection: together a busy loop that starves the process.
 */
export const patientPostgresBackend: typeof createPostgresBackend = (...args) => {
  const backend = createPostgresBackend(...args);
  forgetFailures(backend as unknown as Remembering);
  forgetFailures(backend.connection as unknown as Remembering);
  // A connection that breaks while it is lent out tells so by an event too, which would end the process unheard.
  backend.connection.pool.on('connect', (client) => client.on('error', () => undefined));
  const claim = backend.moveToActive.bind(backend);
  backend.moveToActive = async (...claimArgs) => {
    try {
      return await claim(...claimArgs);
    } catch (error) {
      await wait(retryMs);
      throw error;
    }
  };
  return backend;
};

/** After a failed attempt the next caller makes a new one. */
function forgetFailures(remembering: Remembering): void {
  const ready = remembering.waitUntilReady.bind(remembering);
  remembering.waitUntilReady = async () => {
    try {
      await ready();
    } catch (error) {
      remembering.readyPromise = undefined;
      throw error;
    }
  };
}
