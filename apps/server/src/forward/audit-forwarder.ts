import { outcomeOfStatus } from '@carillon/core/alert/deliver/outcome';
import { signedHeaders } from '@carillon/core/alert/deliver/standard-webhooks';
import type { KeptLink } from '@carillon/core/audit/chain';
import { type ForwardTarget, forwardBody, forwardId, nextBatch } from '@carillon/core/audit/forward';
import { auditSyslog, syslogBytes } from '@carillon/core/audit/syslog';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ALERT_CLOCK, type AlertClock } from '../alerting/alert-clock.js';
import { httpSend } from '../alerting/senders/http-send.js';
import type { SyslogTarget } from '../config/audit-config.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AlertNudge } from '../queue/alert-nudge.js';
import { HintedLoop, type Round } from '../queue/hinted-loop.js';
import { describeError } from '../queue/state-log.js';
import { Origins } from '../shared/origins.js';
import { productVersion } from '../shared/product.js';
import type { LinkRow } from '../store/audit.store.js';
import { AuditTargetStore, type Forwarded } from '../store/audit-target.store.js';
import { sendSyslog } from './syslog-send.js';

const timeoutMs = 15_000;

type Send = (rows: readonly KeptLink[]) => Promise<void>;

/**
 * Sends rows of the audit to collectors, each target in a loop of its own, so that one that is down delays no other. In
 * order and at least once: what may not have arrived is sent again.
 */
@Injectable()
export class AuditForwarder implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Audit');
  private readonly sends: ReadonlyMap<ForwardTarget, Send>;
  private readonly loops: readonly HintedLoop[];

  constructor(
    @Inject(AuditTargetStore) private readonly store: AuditTargetStore,
    @Inject(AlertNudge) private readonly nudge: AlertNudge,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(CONFIG) { audit, pollMs }: Pick<Config, 'audit' | 'pollMs'>,
  ) {
    const { syslog, webhook } = audit ?? {};
    const sends = new Map<ForwardTarget, Send>();
    if (syslog) sends.set('syslog', (rows) => this.toSyslog(syslog, rows));
    if (webhook) sends.set('webhook', (rows) => this.toWebhook(webhook, rows));
    this.sends = sends;
    this.loops = [...this.sends.keys()].map((target) => {
      const subject = `Audit to ${target}`;
      return new HintedLoop({ subject, pollMs, clock, round: () => this.round(target) });
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const loop of this.loops) loop.start();
    try {
      await this.store.endOthers([...this.sends.keys()], this.clock());
    } catch (error) {
      // The server starts nevertheless; figures of a target that is no more stay until the next start.
      this.logger.warn(`targets that are not configured any more could not be ended: ${describeError(error)}`);
    }
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** Sends what comes next. A failure is noted with the target and not thrown. */
  async round(target: ForwardTarget): Promise<Round> {
    const send = this.sends.get(target);
    if (!send) return { more: false };
    const { more, wakeMs, isNews } = await this.store.turn(target, this.clock(), (rows) => attempt(rows, send));
    if (isNews) this.nudge.nudge();
    return { more, wakeMs };
  }

  private async toSyslog(target: SyslogTarget, rows: readonly KeptLink[]): Promise<void> {
    const mostBytes = target.protocol === 'udp' ? syslogBytes.datagram : syslogBytes.stream;
    const host = new URL(this.origins.forHost(undefined)).hostname;
    const messages = rows.map((row) => auditSyslog(row, { host, version: productVersion, mostBytes }));
    await sendSyslog(target, messages, timeoutMs);
  }

  private async toWebhook(
    { url, secrets }: { readonly url: string; readonly secrets: readonly string[] },
    rows: readonly KeptLink[],
  ): Promise<void> {
    const nowMs = this.clock();
    const body = forwardBody(rows, nowMs);
    const signed = signedHeaders({ id: forwardId(rows), body, nowMs }, secrets);
    const headers = { 'content-type': 'application/json; charset=utf-8', ...signed };
    // Whoever sets the server's variables may name a collector within his own network.
    const answer = await httpSend({ url, headers, body }, { allowPrivateAddresses: true, timeoutMs });
    const outcome = outcomeOfStatus(answer, nowMs);
    // One that refuses is asked again as well: a row that was left out would be a hole.
    if (outcome.kind !== 'sent') throw new Error(outcome.message);
  }
}

async function attempt(rows: readonly LinkRow[], send: Send): Promise<Forwarded> {
  const batch = nextBatch(rows.map((row) => ({ ...row, at: row.at.toISOString() })));
  try {
    await send(batch);
    return { seq: batch.at(-1)?.seq ?? 0 };
  } catch (error) {
    return { fault: describeError(error) };
  }
}
