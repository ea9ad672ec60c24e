import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { GatewayStatus } from '../gateway/gateway-status.js';
import { productVersion } from '../shared/product.js';
import { AlertMetrics } from './alert-metrics.js';
import { ArchiveMetrics } from './archive-metrics.js';
import { FleetMetrics } from './fleet-metrics.js';

/** Metrics of this process in Prometheus' text format. Labels are routes and codes only: names of hosts and jobs are unbounded. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly requests: Histogram<'method' | 'route' | 'status'>;

  constructor(
    @Inject(GatewayStatus) gateway: GatewayStatus,
    @Inject(AlertMetrics) alerts: AlertMetrics,
    @Inject(FleetMetrics) fleet: FleetMetrics,
    @Inject(ArchiveMetrics) archive: ArchiveMetrics,
  ) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: 'carillon_http_request_duration_seconds',
      help: 'Time to answer HTTP requests',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
      registers,
    });
    new Gauge({ name: 'carillon_build_info', help: 'Version of this server', labelNames: ['version'], registers }).set(
      { version: productVersion },
      1,
    );
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    const counter = (name: string, help: string, read: () => number) =>
      // The source counts already; the metric shows its value of the moment.
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    gauge('carillon_agents_connected', 'Agents whose socket this server holds', () => gateway.snapshot().agents);
    gauge(
      'carillon_agent_sockets_unauthenticated',
      'Open agent sockets that have not said hello',
      () => gateway.snapshot().unauthenticated,
    );
    counter(
      'carillon_events_ingested_total',
      'Events of agents stored for the first time',
      () => gateway.snapshot().eventsIngested,
    );
    counter(
      'carillon_output_ingested_bytes_total',
      'Bytes of run output stored, as sent',
      () => gateway.snapshot().logBytesIngested,
    );
    counter(
      'carillon_ingest_failures_total',
      'Failed attempts to store a batch of events or output',
      () => gateway.snapshot().ingestFailures,
    );
    gauge(
      'carillon_events_pending',
      'Events of agents received and not stored yet',
      () => gateway.snapshot().eventsPending,
    );
    fleet.addTo(this.registry);
    alerts.addTo(this.registry);
    archive.addTo(this.registry);
  }

  /** Measures every request by its route's pattern, and answers `/metrics`. */
  attach(fastify: FastifyInstance): void {
    fastify.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unmatched';
      this.requests.observe(
        { method: request.method, route, status: String(reply.statusCode) },
        reply.elapsedTime / 1_000,
      );
    });
    fastify.get('/metrics', async (_request, reply) =>
      reply.type(this.registry.contentType).send(await this.registry.metrics()),
    );
  }
}
