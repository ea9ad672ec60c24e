import { Tables } from './tables.js';
import { type Process, type World, world } from './world.js';

export type DatabaseMood =
  | 'well'
  /** Refuses connections. */
  | 'away'
  /** Sometimes ends a connection before, and sometimes after it committed: the caller cannot tell which. */
  | 'failing'
  /** Answers late. */
  | 'slow';

/** Postgres: a transaction happens at one moment on its way, or not at all, and its answer may be lost. */
export class Database {
  readonly tables = new Tables();
  mood: DatabaseMood = 'well';
  /** Every event that is committed, by id, with the epoch under which it was. */
  readonly committed = new Map<string, number>();

  constructor(
    private readonly here: World,
    readonly violation: (what: string) => void,
    /** Was this host's disk ever restored from an older copy? Then an event may come under another number. */
    readonly wentBack: (hostId: string) => boolean,
  ) {}

  transact<T>(process: Process, what: string, work: (nowMs: number) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const { random } = this.here;
      this.here.after(this.latencyMs(), undefined, () => {
        const fate = this.mood === 'failing' && random.chance(0.5) ? random.pick(['before', 'after'] as const) : 'well';
        const answer = (act: () => void) => this.here.after(this.latencyMs(), process, act);
        if (this.mood === 'away') return void answer(() => reject(connectionLost('the database is away')));
        // A statement that was sent is carried out, whether or not the server that sent it still lives.
        if (fate === 'before') return void answer(() => reject(connectionLost(`${what}: before the commit`)));
        const result = work(Math.floor(this.here.trueMs));
        world().tell(
          () => `${process.name}: ${what} -> ${JSON.stringify(result)}${fate === 'after' ? ' (answer lost)' : ''}`,
        );
        answer(() => (fate === 'after' ? reject(connectionLost(`${what}: after the commit`)) : resolve(result)));
      });
    });
  }

  private latencyMs(): number {
    const { random } = this.here;
    if (this.mood === 'slow') return random.between(10, 4_000);
    return random.chance(0.02) ? random.between(0, 500) : random.between(0.1, 3);
  }
}

function connectionLost(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' });
}
