import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GatewayStatus } from '../gateway/gateway-status.js';
import { HINTS, type Hints } from '../queue/hints.js';
import { JOB_QUEUE, type JobQueue } from '../queue/job-queue.js';
import { describeError } from '../queue/state-log.js';
import { productVersion } from '../shared/product.js';
import { Database } from '../store/database.store.js';
import { SelfWatchStore } from '../store/self-watch.store.js';

interface Check {
  readonly ok: boolean;
  readonly mode?: string;
  readonly message?: string;
}

export interface Readiness {
  /** `degraded`: hosts are served, and something else is slow or does not work. `not-ready`: send requests elsewhere. */
  readonly status: 'ready' | 'degraded' | 'not-ready';
  readonly version: string;
  readonly checks: {
    readonly database: Check;
    readonly hints: Check;
    readonly queue: Check;
    readonly gateway: Check;
    /** Whether test failures become notices. */
    readonly alerts: Check;
  };
}

@Controller()
export class HealthController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(JOB_QUEUE) private readonly queue: JobQueue,
    @Inject(GatewayStatus) private readonly gateway: GatewayStatus,
    @Inject(SelfWatchStore) private readonly selfWatch: SelfWatchStore,
  ) {}

  /** The process lives. Nothing else is asked, so that a slow database does not get it killed. */
  @Get('/healthz')
  health() {
    return { status: 'alive' };
  }

  @Get('/readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const [database, hints, queue, alerts] = await Promise.all([
      this.pingDatabase(),
      this.hints.health(),
      this.queue.health(),
      this.lookAtAlerts(),
    ]);
    const { draining } = this.gateway.snapshot();
    const gateway: Check = draining ? { ok: false, message: 'agents are being sent to other servers' } : { ok: true };
    const able = database.ok && gateway.ok;
    const status = !able ? 'not-ready' : hints.ok && queue.ok && alerts.ok ? 'ready' : 'degraded';
    void reply.status(able ? 200 : 503).header('cache-control', 'no-store');
    return { status, version: productVersion, checks: { database, hints, queue, gateway, alerts } };
  }

  private async lookAtAlerts(): Promise<Check> {
    try {
      const since = (await this.selfWatch.figures())?.silentSince;
      if (!since) return { ok: true };
      return { ok: false, message: `test failures have not come through since ${since.toISOString()}` };
    } catch (error) {
      return { ok: false, message: describeError(error) };
    }
  }

  private async pingDatabase(): Promise<Check> {
    try {
      await this.database.ping();
      return { ok: true };
    } catch (error) {
      return { ok: false, message: describeError(error) };
    }
  }
}
