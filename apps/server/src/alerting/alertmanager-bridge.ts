import { type AlertmanagerSilence, fromAlertmanager, toAlertmanager } from '@carillon/core/alert/interop/alertmanager';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { describeError, StateLog } from '../queue/state-log.js';
import { Origins } from '../shared/origins.js';
import { AlertmanagerStore } from '../store/alertmanager.store.js';
import { ALERT_CLOCK, type AlertClock } from './alert-clock.js';

const everyMs = 30_000;
/** Alertmanager holds an alert for resolved when it is not told of it for so long. */
const staysMs = 4 * everyMs;
const alertsPerRequest = 500;
const timeoutMs = 10_000;
const answerBytes = 8 * 1024 * 1024;

const silencesSchema = z.array(
  z.object({
    id: z.string(),
    status: z.object({ state: z.string() }),
    matchers: z.array(
      z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().optional() }),
    ),
    startsAt: z.string(),
    endsAt: z.string(),
    createdBy: z.string(),
    comment: z.string(),
  }),
);

/**
 * Mirrors our alerts to an Alertmanager, as Prometheus does: all that fire, again and again. Where that is configured, its
 * silences are kept as silences of ours. Several servers may do so at once: both directions say only how things are.
 */
@Injectable()
export class AlertmanagerBridge implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly state = new StateLog('Alertmanager');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private readonly stop = new AbortController();

  constructor(
    @Inject(AlertmanagerStore) private readonly store: AlertmanagerStore,
    @Inject(Origins) private readonly origins: Origins,
    @Inject(ALERT_CLOCK) private readonly clock: AlertClock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'alertmanager'>,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.alertmanager) return;
    this.timer = setInterval(() => void this.turn(), everyMs);
    void this.turn();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    await this.running;
  }

  /** Tells and asks once. Never throws: what did not work is done again the next time, and said. */
  turn(): Promise<void> {
    this.running ??= this.exchange()
      .then(
        () => this.state.works(),
        (error: unknown) => this.state.fails(error),
      )
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  private async exchange(): Promise<void> {
    const settings = this.config.alertmanager;
    if (!settings) return;
    // Silences first: what they mute must not be told of before.
    if (settings.honourSilences) await this.takeSilences(settings.url);
    await this.tellAlerts(settings.url);
  }

  private async tellAlerts(url: string): Promise<void> {
    const nowMs = this.clock();
    const alerts = await this.store.alerts(nowMs - staysMs);
    const [origin] = this.origins.all;
    const told = alerts.map(({ number, ...alert }) =>
      toAlertmanager(
        { ...alert, url: number === null || !origin ? null : `${origin}/incidents/${number}` },
        { nowMs, staysMs },
      ),
    );
    for (let at = 0; at < told.length; at += alertsPerRequest)
      await this.ask(url, '/api/v2/alerts', JSON.stringify(told.slice(at, at + alertsPerRequest)));
  }

  private async takeSilences(url: string): Promise<void> {
    const answer = silencesSchema.parse(JSON.parse(await this.ask(url, '/api/v2/silences')));
    const live = answer.filter(({ status }) => status.state !== 'expired') as AlertmanagerSilence[];
    const read = live.map(fromAlertmanager);
    await this.store.replaceSilences(read.flatMap((each) => (each.ok ? [each.spec] : [])));
    const left = read.flatMap((each) => (each.ok ? [] : [`${each.id}: ${each.why}`]));
    if (left.length > 0) throw new Error(`silences that are not honoured: ${left.slice(0, 5).join('; ')}`);
  }

  private async ask(url: string, path: string, body?: string): Promise<string> {
    const answer = await fetch(new URL(`${url.replace(/\/$/, '')}${path}`), {
      ...(body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
      redirect: 'error',
      signal: AbortSignal.any([this.stop.signal, AbortSignal.timeout(timeoutMs)]),
    }).catch((error: unknown) => {
      throw new Error(
        `${url} cannot be reached: ${describeError(error instanceof Error ? (error.cause ?? error) : error)}`,
      );
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 200)}`);
    if (text.length > answerBytes) throw new Error(`${path} answered more than ${answerBytes} characters`);
    return text;
  }
}
