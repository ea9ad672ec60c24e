import { Inject, Injectable } from '@nestjs/common';
import { firingParts, signalSystem } from './alert-signals.js';
import { Database } from './database.store.js';

/** How the archive does. */
export interface ArchiveState {
  readonly objects: number;
  /** Of the objects, and of what is packed in them. */
  readonly objectBytes: number;
  readonly outputBytes: number;
  readonly workedAt: Date | null;
  /** Null while it works. */
  readonly failingSince: Date | null;
  /** One of the store's faults, or `other`; and what was said. */
  readonly fault: string | null;
  readonly faultText: string | null;
}

/** Of the policy `system`. */
const part = 'archive';
const textCharacters = 500;

/** The row that says how the archive does, and what people are told of it. */
@Injectable()
export class ArchiveStateStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async read(): Promise<ArchiveState> {
    const { rows } = await this.database.pool.query<ArchiveState>(
      `SELECT objects::float8 AS objects, object_bytes::float8 AS "objectBytes", output_bytes::float8 AS "outputBytes",
         worked_at AS "workedAt", failing_since AS "failingSince", fault, fault_text AS "faultText" FROM archive_state`,
    );
    const [row] = rows;
    if (!row) throw new Error('archive_state: expected one row, found none');
    return row;
  }

  async works(nowMs: number): Promise<void> {
    await this.database.pool.query(
      'UPDATE archive_state SET worked_at = $1, failing_since = NULL, fault = NULL, fault_text = NULL',
      [new Date(nowMs)],
    );
  }

  /** It counts from the first failure since it last worked. */
  async fails(fault: string, text: string, nowMs: number): Promise<void> {
    await this.database.pool.query(
      'UPDATE archive_state SET failing_since = coalesce(failing_since, $1), fault = $2, fault_text = $3',
      [new Date(nowMs), fault, text.slice(0, textCharacters).replaceAll('\0', '\u2400')],
    );
  }

  /** Whether an alert about the archive fires. */
  async isTold(): Promise<boolean> {
    return (await firingParts(this.database.pool, part)).has(part);
  }

  /** Tells people by an incident of the policy `system`, or ends it. */
  async tell(ok: boolean, text: string, nowMs: number): Promise<void> {
    const code = ok ? 'archive_works' : 'archive_fails';
    await signalSystem(this.database.pool, { atMs: nowMs, part, ok, code, text });
  }
}
