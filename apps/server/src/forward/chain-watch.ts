import type { ChainHead } from '@carillon/core/audit/chain';
import { watchReason } from '@carillon/core/audit/chain-watch';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ALERT_CLOCK, type AlertClock } from '../alerting/alert-clock.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import { HintedLoop, type Round } from '../queue/hinted-loop.js';
import { endFile, readEnd, writeAccepted, writeEnd } from '../shared/audit-end.js';
import { AuditCheckStore } from '../store/audit-check.store.js';

/**
 * Checks the chain of the audit while it grows, and its older rows again and again. Keeps its end in a file of the server,
 * where whoever writes the database does not reach: a chain that was cut off or written anew shows by it.
 */
@Injectable()
export class ChainWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Audit');
  private readonly loop: HintedLoop;
  private readonly dataFolder: string;
  private kept: ChainHead | null;
  /** Whoever takes the file away and starts anew, as after restoring a backup, takes the chain as it is. */
  private isAccepted: boolean;

  constructor(
    @Inject(AuditCheckStore) private readonly store: AuditCheckStore,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) { dataFolder, pollMs }: Pick<Config, 'dataFolder' | 'pollMs'>,
  ) {
    this.dataFolder = dataFolder;
    this.kept = readEnd(dataFolder);
    this.isAccepted = this.kept === null;
    this.loop = new HintedLoop({ subject: 'Audit check', pollMs, clock, round: () => this.round() });
  }

  onApplicationBootstrap(): void {
    if (this.isAccepted) writeAccepted(this.dataFolder, this.clock());
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** Looks once. */
  async round(): Promise<Round> {
    // Servers that share a folder share its file.
    this.kept = newer(this.kept, readEnd(this.dataFolder));
    const turn = await this.store.turn(this.kept, this.isAccepted, this.clock());
    if (!turn) return { more: false };
    this.isAccepted = false;
    const { problem, head, isNews, more } = turn;
    if (isNews) {
      const { text } = watchReason(problem);
      if (problem) this.logger.error(`${text}; ${endFile(this.dataFolder)} says how far the chain was known`);
      else this.logger.log(text);
      this.nudge.nudge();
    }
    if (!problem && head.seq > (this.kept?.seq ?? 0)) this.keep(head);
    return { more };
  }

  private keep(head: ChainHead): void {
    this.kept = head;
    writeEnd(this.dataFolder, head);
  }
}

function newer(one: ChainHead | null, other: ChainHead | null): ChainHead | null {
  return other && other.seq > (one?.seq ?? 0) ? other : one;
}
