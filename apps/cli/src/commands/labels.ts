import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { parseLabelChanges } from '../lib/label-arguments.js';
import { labelText } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';

/** `carillon labels HOST k=v k-`. */
export function addLabels(program: Command, cli: Cli): void {
  const command = program
    .command('labels')
    .description('show, set (key=value) or remove (key-) labels of a host')
    .argument('<host>', 'a host')
    .argument('[change...]', 'key=value or key-')
    .option('--override-freeze <reason>', 'do it though a freeze holds it back, and why; takes the right to');
  handle(
    command,
    cli,
    async (session: Session, { overrideFreeze }: { overrideFreeze?: string }, name: string, args: string[]) => {
      const { set, remove } = parseLabelChanges(args);
      const before = await session.call(hostRoutes.get, { name });
      const kept = Object.entries(before.labels).filter(([key]) => !remove.includes(key));
      const labels = { ...Object.fromEntries(kept), ...set };
      const body = { labels, ...(overrideFreeze === undefined ? {} : { overrideFreeze }) };
      const after = args.length === 0 ? before : await session.call(hostRoutes.setLabels, { name, body });
      if (session.json) session.printJson(after);
      else session.print(safeText(`${after.name}: ${labelText(after.labels)}`));
    },
  );
}
