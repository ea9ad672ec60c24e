import { alertSeverities, incidentStates } from '@carillon/core/state/states';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Gauge, type Registry } from 'prom-client';
import { AlertEngine } from '../alerting/engine.service.js';
import { type AlertFigures, AlertMetricsStore } from '../store/alert-metrics.store.js';
import type { ForwardFigures } from '../store/audit-target.store.js';
import { collectedGauge, ScrapedFigures } from './collected-gauge.js';

/** Metrics of the alert pipeline: of the whole product, so that any server may be scraped for them. */
@Injectable()
export class AlertMetrics {
  private readonly figures: ScrapedFigures<AlertFigures>;

  constructor(
    @Inject(AlertMetricsStore) store: AlertMetricsStore,
    @Inject(AlertEngine) private readonly engine: AlertEngine,
  ) {
    this.figures = new ScrapedFigures('alerts', new Logger('Metrics'), () => store.read());
  }

  /** Adds the metrics to a registry. While the database is away they are left out, and the others are still told. */
  addTo(registry: Registry): void {
    const gauge = <L extends string>(
      name: string,
      help: string,
      labelNames: readonly L[],
      collect: (set: (labels: Record<L, string>, value: number) => void, figures: AlertFigures) => void,
    ) =>
      collectedGauge(registry, { name, help, labelNames }, async (set) => {
        const figures = await this.figures.get();
        if (figures) collect(set, figures);
      });
    gauge('carillon_incidents', 'Open incidents', ['state', 'severity'], (set, { incidents }) => {
      for (const state of incidentStates.filter((each) => each !== 'resolved'))
        for (const severity of alertSeverities) set({ state, severity }, 0);
      for (const { state, severity, count } of incidents) set({ state, severity }, count);
    });
    gauge(
      'carillon_notices',
      'Notices that wait, fail or were given up, and those made in the last hour',
      ['state', 'channel'],
      (set, { notices }) => {
        for (const { state, channel, count } of notices) set({ state, channel }, count);
      },
    );
    gauge('carillon_alert_signals_waiting', 'Signals that no turn of the engine has read', [], (set, { signals }) =>
      set({}, signals.count),
    );
    gauge('carillon_alert_signals_oldest_seconds', 'Age of the oldest of them', [], (set, { signals }) =>
      set({}, Math.max(0, signals.ageSeconds)),
    );
    gauge(
      'carillon_missed_runs',
      'Expected runs of the last hour that did not simply happen',
      ['verdict'],
      (set, figures) => {
        for (const { verdict, count } of figures.missed) set({ verdict }, count);
      },
    );
    gauge(
      'carillon_alert_audit_findings',
      'Incidents, alerts and notices that nobody looks at though somebody should; none while all is well',
      ['code'],
      (set, { audit }) => {
        for (const [code, count] of Object.entries(audit)) set({ code }, count);
      },
    );
    gauge(
      'carillon_alert_path_seconds',
      'From a test failure that was put in until its notice arrived; of the last that came through',
      [],
      (set, { selfWatch }) => {
        if (selfWatch?.lastToldMs != null) set({}, selfWatch.lastToldMs / 1_000);
      },
    );
    gauge(
      'carillon_alert_path_last_success_age_seconds',
      'Since the last test failure came through, its end included',
      [],
      (set, { selfWatch }) => {
        if (selfWatch?.lastSuccessAt) set({}, Math.max(0, (Date.now() - selfWatch.lastSuccessAt.getTime()) / 1_000));
      },
    );
    gauge('carillon_alert_path_silent', '1 while test failures do not come through', [], (set, { selfWatch }) => {
      if (selfWatch) set({}, selfWatch.silentSince ? 1 : 0);
    });
    const toTargets = (name: string, help: string, read: (figures: ForwardFigures) => number) =>
      gauge(name, help, ['target'], (set, { forwards }) => {
        for (const each of forwards) set({ target: each.target }, read(each));
      });
    toTargets(
      'carillon_audit_forward_waiting',
      'Rows of the audit that were not sent there yet',
      (each) => each.waiting,
    );
    toTargets('carillon_audit_forward_lag_seconds', 'Age of the oldest of them; 0: all were sent', ({ oldestAt }) =>
      oldestAt ? Math.max(0, (Date.now() - oldestAt.getTime()) / 1_000) : 0,
    );
    toTargets('carillon_audit_forward_late', '1 while nothing has gone there for too long', ({ lateSince }) =>
      lateSince ? 1 : 0,
    );
    const engine = this.engine;
    new Gauge({
      name: 'carillon_alert_turn_seconds',
      help: 'How long the last turn of the alert engine took in this server',
      registers: [registry],
      collect() {
        this.set(engine.lastTurnMs / 1_000);
      },
    });
  }
}
