import type { Command } from 'commander';
import { benchAgent } from '../bench/agent.js';
import type { AgentRow } from '../bench/agent-row.js';
import { thisMachine } from '../bench/measure.js';
import { type Cli, handle } from '../lib/command.js';
import { positiveInteger } from '../lib/pages.js';
import type { Session } from '../lib/session.js';

/** `carillon bench agent`: what the agent costs a host. */
export function addBenchAgent(parent: Command, cli: Cli): void {
  const command = parent
    .command('agent')
    .description(
      'an idle agent with 50 tasks, and a run beside its bare program, on a product of its own that goes afterwards (about 2 minutes)',
    )
    .option('--seconds <t>', 'how long to watch it', positiveInteger, 60);
  handle(command, cli, async (session: Session, { seconds }: { readonly seconds: number }) => {
    const rows = await benchAgent({
      repository: session.io.repository,
      seconds,
      onProgress: (text) => session.note(`  ${text}`),
    });
    const machine = thisMachine();
    if (session.json) session.printJson({ machine, seconds, rows });
    else {
      session.table(['WHAT', 'OURS', 'AT MOST', 'BASELINE', '', 'PEERS, MEASURED EARLIER'], rows.map(cells));
      session.print(`\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`);
    }
    return rows.some(isOver) ? 1 : 0;
  });
}

function isOver({ value, limit }: AgentRow): boolean {
  return value !== null && value > limit;
}

function cells(row: AgentRow): string[] {
  const { name, unit, value, limit, baseline, peers } = row;
  return [
    name,
    `${figure(value)} ${unit}${isOver(row) ? ' !' : ''}`,
    String(limit),
    baseline.name,
    figure(baseline.value),
    peers,
  ];
}

function figure(value: number | null): string {
  return value === null ? 'not measured here' : value.toFixed(value >= 10 ? 0 : 2);
}
