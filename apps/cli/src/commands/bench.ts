import type { Command } from 'commander';
import { type Rate, thisMachine } from '../bench/measure.js';
import { benchWintask, type Row } from '../bench/wintask.js';
import { type Cli, handle } from '../lib/command.js';
import type { Session } from '../lib/session.js';
import { addBenchAgent } from './bench-agent.js';
import { addBenchAlert } from './bench-alert.js';
import { addBenchDashboard } from './bench-dashboard.js';
import { addFleetBenches } from './bench-fleet.js';
import { addBenchHistory } from './bench-history.js';
import { addBenchIngest } from './bench-ingest.js';
import { addBenchMissed } from './bench-missed.js';

/** `carillon bench …`: figures beside a baseline of the same run. */
export function addBench(program: Command, cli: Cli): void {
  const parent = program.command('bench').description('measure, beside a baseline measured in the same run');
  const command = parent
    .command('wintask')
    .description('compiling schedules, reading and writing task XML, next fires (about 25 s)');
  handle(command, cli, async (session: Session) => {
    const rows = benchWintask((row) => session.note(`measured: ${row.name}`));
    const machine = thisMachine();
    if (session.json) return session.printJson({ machine, rows });
    session.table(['WHAT', 'OURS', 'SPREAD', 'BASELINE', '', 'RATIO'], rows.map(cells));
    session.print(`\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; medians of five rounds on one core`);
    return undefined;
  });
  addBenchAgent(parent, cli);
  addBenchIngest(parent, cli);
  addBenchAlert(parent, cli);
  addBenchHistory(parent, cli);
  addBenchMissed(parent, cli);
  addBenchDashboard(parent, cli);
  addFleetBenches(parent, cli);
}

function cells({ name, unit, ours, baseline, ratio }: Row): string[] {
  const [slowest, fastest] = ours.spread;
  const spread = `-${percent(1 - slowest)} +${percent(fastest - 1)}`;
  return [
    name,
    `${perSecond(ours)} ${unit}/s`,
    spread,
    baseline?.name ?? '',
    baseline ? `${perSecond(baseline.rate)}/s` : '',
    ratio === null ? '' : `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(2)}x`,
  ];
}

function perSecond({ perSecond: rate }: Rate): string {
  return Math.round(rate).toLocaleString('en');
}

function percent(part: number): string {
  return `${Math.round(part * 100)}%`;
}
