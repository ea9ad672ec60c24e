import {
  countRefusal,
  mergeRefusals,
  type Refusal,
  type RefusalBook,
  refusalSpanMs,
} from '@carillon/core/audit/refusals';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { StateLog } from '../queue/state-log.js';
import { besideAct, noteChange } from '../store/audit-act.js';
import { Database } from '../store/database.store.js';
import { poolTransaction } from '../store/pool-transaction.js';

/**
 * Whom this server did not let in, for the audit: counted for a minute, then written together, so that whoever tries
 * without end fills no table. A server that dies takes the counts of its last minute with it.
 */
@Injectable()
export class Refusals implements OnModuleDestroy {
  private readonly state = new StateLog('Audit of what was refused');
  private book: RefusalBook = new Map();
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(Database) private readonly database: Database) {}

  note(refusal: Refusal): void {
    countRefusal(this.book, refusal, Date.now());
    this.timer ??= setTimeout(() => void this.write(), refusalSpanMs).unref();
  }

  async onModuleDestroy(): Promise<void> {
    await this.write();
  }

  /** Writes what was counted. Never throws: what could not be written waits for the next time. */
  async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { book } = this;
    if (book.size === 0) return;
    this.book = new Map();
    try {
      // The request that happened to set the timer has nothing to do with it.
      await besideAct(() => poolTransaction(this.database.pool, async () => noteAll(book)));
      this.state.works();
    } catch (error) {
      this.state.fails(error);
      mergeRefusals(book, this.book);
      this.book = book;
      this.timer ??= setTimeout(() => void this.write(), refusalSpanMs).unref();
    }
  }
}

function noteAll(book: RefusalBook): void {
  for (const { kind, act, what, via, from, why, count, firstMs, lastMs } of book.values())
    noteChange({
      ...{ by: 'unknown', via, from: from ?? undefined, kind: kind as 'Session', act, what },
      text: count === 1 ? why : `${why}, ${count} times`,
      given: { count, first: new Date(firstMs).toISOString(), last: new Date(lastMs).toISOString() },
    });
}
