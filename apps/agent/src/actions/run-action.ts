import { performance } from 'node:perf_hooks';
import { type ActionRun, isAction } from '@carillon/core/action/action-spec';
import type { MetricsSample, MetricsSpec } from '@carillon/core/action/metrics';
import { describeReport, type ReportSpec } from '@carillon/core/action/report';
import type { Manifest } from '@carillon/core/job/job-spec';
import { type ActionContext, type ActionResult, WrongDefinition } from './action-context.js';
import { backUp } from './backup.js';
import { cleanUp } from './cleanup.js';
import type { HttpPorts } from './http.js';

/** How some of it is done otherwise than on a real host. */
export interface ActionPorts {
  readonly http?: Partial<HttpPorts>;
  readonly measure?: (spec: MetricsSpec, context: ActionContext) => Promise<MetricsSample>;
}

/**
 * Carries the action of a job out, or says what it would do. Output ends with one line `::result {…}`.
 * @returns the exit code: 0, 1 when some part failed, 2 when the definition is wrong here and nothing was done
 */
export async function runAction(
  { name, run }: Pick<Manifest, 'name' | 'run'>,
  context: ActionContext,
  ports: ActionPorts = {},
): Promise<number> {
  const { report, isDryRun } = context;
  const startedMs = performance.now();
  const end = (result: ActionResult) => report.result({ ...result, dryRun: isDryRun, ms: elapsed(startedMs) });
  try {
    if (!isAction(run)) throw new WrongDefinition(`the job ${name} starts a program: it has no action`);
    end({ action: run.kind, ...(await carryOut(run, context, ports)) });
    return report.problems > 0 ? 1 : 0;
  } catch (error) {
    report.problem(error instanceof Error ? error.message : String(error));
    end({ action: run.kind });
    return error instanceof WrongDefinition ? 2 : 1;
  }
}

function carryOut(run: ActionRun, context: ActionContext, ports: ActionPorts): ActionResult | Promise<ActionResult> {
  switch (run.kind) {
    case 'cleanup':
      return cleanUp(run.action, context);
    case 'http':
    case 'healthCheck':
      return loadHttp().then(({ askHttp }) => askHttp(run.action, context, ports.http));
    case 'metrics':
      return loadMetrics().then(({ takeSample }) => takeSample(run.action, context, ports.measure));
    case 'backup':
      return backUp(run.action, context);
    case 'report':
      return askForReport(run.action, context);
  }
}

/** The centre makes it of what it knows, once it hears that this run went well. */
function askForReport(spec: ReportSpec, { report, isDryRun }: ActionContext): ActionResult {
  report.say(`${isDryRun ? 'would ask' : 'asked'} the centre for the report of ${describeReport(spec)}`);
  return { to: spec.to };
}

function loadMetrics() {
  return import('./metrics.js');
}

/** Only what asks servers carries what that takes. */
function loadHttp() {
  return import('./http.js');
}

function elapsed(startedMs: number): number {
  return Math.round(performance.now() - startedMs);
}
