import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { drillHelp } from '../drill/drill-help.js';
import { type DrillScenario, drillScenarios } from '../drill/drill-plan.js';
import {
  drillMarkdown,
  figureNames,
  figuresOf,
  missingLines,
  remarksOf,
  scenarioWords,
  verdictLine,
} from '../drill/drill-report.js';
import { type DrillResult, isPassed, missingOf } from '../drill/drill-result.js';
import { type DrillOptions, redisForDrill, runDrill } from '../drill/run-drill.js';
import { type Cli, handle } from '../lib/command.js';
import { CliError, exitCodes, usageError } from '../lib/errors.js';
import { parseLabels } from '../lib/label-arguments.js';
import type { CommonOptions, Session } from '../lib/session.js';
import { version } from '../lib/version.js';

interface DrillArguments {
  readonly label: string;
  readonly hosts: number;
  readonly jobs: number;
  readonly seconds: number;
  readonly scenario: DrillScenario | 'all';
  readonly seed?: number | undefined;
  readonly report?: string | undefined;
}

const bounds = { hosts: [2, 40], jobs: [1, 10], seconds: [5, 3_600], seed: [0, 2 ** 31 - 1] } as const;
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a shell says of a program that was interrupted. */
const interruptedExit = 130;

/** `carillon drill`. */
export function addDrill(program: Command, cli: Cli): void {
  const seconds = 12;
  const command = program
    .command('drill')
    .description(
      'play bad days on an emulated fleet of its own, which goes afterwards, and report what was missed; exit code 1 if anything was',
    )
    .option('--label <key=value>', 'the hosts that are hit have it; the others must not notice', 'site=berlin')
    .option('--hosts <n>', 'emulated hosts; half of them have the label', within('hosts'), 4)
    .option('--jobs <n>', 'jobs that are due on every host, in each scenario', within('jobs'), 2)
    .addOption(new Option('--scenario <name>', 'what breaks').choices([...drillScenarios, 'all']).default('all'))
    .option('--seconds <n>', 'how long each fault lasts', within('seconds'), seconds)
    .option('--seed <n>', 'plays the moments and the line of an earlier drill again', within('seed'))
    .option('--report <file>', 'write the report as Markdown, for a change record')
    .addHelpText('after', drillHelp(seconds));
  handle(command, cli, (session: Session, options: DrillArguments & CommonOptions) => drill(session, options));
}

async function drill(session: Session, options: DrillArguments & CommonOptions): Promise<number> {
  const { report, scenario, hosts, jobs, seconds, seed = Date.now() % 2 ** 31 } = options;
  if (options.server !== undefined)
    throw usageError(
      `--server: a drill breaks things, so it works on an emulated fleet of its own; leave ${options.server} out`,
    );
  if (process.platform === 'win32')
    throw usageError(
      'drill: expected Linux or macOS, where the emulated Task Scheduler works; on Windows use WSL or a container',
    );
  const [pair, ...more] = Object.entries(parseLabels([options.label]));
  if (!pair || pair[1] === '' || more.length > 0)
    throw usageError(`--label: expected key=value, got ${JSON.stringify(options.label)}`);
  const reportFile = report === undefined ? undefined : resolve(session.io.cwd, report);
  if (reportFile !== undefined && !existsSync(dirname(reportFile)))
    throw usageError(`--report: expected a file in a folder that is there, got ${report}`);
  const { repository } = session.io;
  const redis = redisForDrill(repository);
  if (scenario === 'redis-loss' && redis.kind === 'missing')
    throw usageError(`--scenario redis-loss: expected a Redis on this machine, but ${redis.why}`);

  const [key, value] = pair;
  const scenarios = scenario === 'all' ? drillScenarios : [scenario];
  session.progress(`seed ${seed}`);
  const result = await untilInterrupted(session, {
    ...{ label: { key, value }, hosts, jobs, faultSeconds: seconds, seed, scenarios },
  });
  if (reportFile !== undefined) writeFileSync(reportFile, drillMarkdown(result));
  if (session.json) session.printJson({ passed: isPassed(result), missing: missingOf(result), ...result });
  else printResult(session, result);
  return isPassed(result) ? exitCodes.ok : exitCodes.failed;
}

/** @throws CliError when it is interrupted, after everything was taken down: half a drill has no verdict */
async function untilInterrupted(session: Session, options: DrillOptions): Promise<DrillResult> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort(new Error('interrupted'));
  // Also the second one: who is impatient must not leave a database behind.
  for (const name of endingSignals) process.on(name, interrupt);
  // Who reads what we say may go before we are done, as `head` does.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', interrupt);
  const onProgress = (text: string) => session.progress(text);
  const { repository } = session.io;
  try {
    return await runDrill(options, { repository, version, onProgress, signal: interrupted.signal });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    throw new CliError('interrupted: nothing is left running, and there is no verdict', { exitCode: interruptedExit });
  } finally {
    for (const name of endingSignals) process.off(name, interrupt);
    for (const stream of [process.stdout, process.stderr]) stream.off('error', interrupt);
  }
}

function printResult(session: Session, result: DrillResult): void {
  const label = `${result.label.key}=${result.label.value}`;
  for (const scenario of result.scenarios) {
    session.print(`\n${scenarioWords[scenario.scenario].title}`);
    const [struck, control] = [figuresOf(scenario.groups.struck), figuresOf(scenario.groups.control)];
    session.table(
      ['', label, 'control'],
      figureNames.map((name, index) => [name, struck[index] ?? '', control[index] ?? '']),
    );
    for (const remark of remarksOf(scenario, result)) session.print(remark);
  }
  for (const { scenario, why } of result.skipped) session.print(`\n${scenarioWords[scenario].title}: skipped, ${why}`);
  session.print('');
  for (const line of missingLines(missingOf(result))) session.print(line);
  session.print(verdictLine(result));
}

function within(field: keyof typeof bounds): (text: string) => number {
  const [least, most] = bounds[field];
  return (text) => {
    const value = Number(text);
    if (/^\d{1,10}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}
