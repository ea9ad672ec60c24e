import { auditKinds, auditRoutes } from '@carillon/contract/http/audit.routes';
import { type Command, Option } from 'commander';
import { chainPages } from '../lib/audit-chain.js';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime, parseSince } from '../lib/times.js';
import { addVerify } from './audit-verify.js';

interface AuditOptions extends ListOptions {
  readonly kind?: (typeof auditKinds)[number] | undefined;
  readonly actor?: string | undefined;
  readonly search?: string | undefined;
  readonly since?: string | undefined;
}

/** `carillon audit`, with `verify` and `export`. */
export function addAudit(program: Command, cli: Cli): void {
  const command = program
    .command('audit')
    .description('what was done, by whom and from where, newest first')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(auditKinds))
    .option('--actor <name>', 'only by this account, or account and token (ann:deploy)')
    .option('--search <text>', 'only what it was about has this in its name')
    .option('--since <when>', 'only since then: 2h (ago), or 2026-03-01T08:00');
  addVerify(command, cli);
  addExport(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: AuditOptions) => {
    const { kind, actor, search } = options;
    const since = sinceOf(session, options);
    const rows = await collectPages(options, (page) =>
      session.call(auditRoutes.list, { ...page, kind, actor, search, since }),
    );
    if (session.json) return session.printJson(rows);
    session.table(
      ['NO', 'AT', 'WHO', 'FROM', 'WHAT', 'ABOUT'],
      rows.map((row) => [
        row.chained ? row.id : `${row.id} (before the chain)`,
        localTime(row.at),
        safeText(row.actor),
        row.from ?? row.via,
        `${row.kind} ${row.act}`,
        safeText([row.what, row.text].filter(Boolean).join(': ')),
      ]),
    );
    return undefined;
  });
}

function addExport(parent: Command, cli: Cli): void {
  const command = parent
    .command('export')
    .description('rows as they were hashed, oldest first, one JSON document a line')
    .option('--since <when>', 'only since then: 2h (ago), or 2026-03-01T08:00')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl']).default('jsonl'));
  handle(command, cli, async (session: Session, options: { since?: string | undefined }) => {
    for await (const rows of chainPages(session, sinceOf(session, options)))
      for (const row of rows) session.print(JSON.stringify(row));
    return undefined;
  });
}

function sinceOf(session: Session, { since }: { since?: string | undefined }): string | undefined {
  return since === undefined ? undefined : parseSince(since, session.io.now());
}
