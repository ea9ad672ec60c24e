import { auditKinds, auditRoutes } from '@carillon/contract/http/audit.routes';
import { limits } from '@carillon/contract/limits';
import { type ChainHead, type ChainPlace, chainStart, checkLinks, type KeptLink } from '@carillon/core/audit/chain';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime, parseSince } from '../lib/times.js';

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

function addVerify(parent: Command, cli: Cli): void {
  const command = parent
    .command('verify')
    .description('read the whole chain and check it; exit code 1 names the first row that does not fit')
    .option('--known <number:hash>', 'an end that was told earlier: it has to be in the chain still', readHead);
  handle(command, cli, async (session: Session, { known }: { known?: ChainHead | undefined }) => {
    let place: ChainPlace = chainStart;
    let isKnown = known === undefined;
    for await (const rows of pagesOf(session, undefined)) {
      const verdict = checkLinks(place, rows);
      if (!verdict.ok) return tell(session, verdict.problem);
      const row = rows.find(({ seq }) => seq === known?.seq);
      if (row && row.hash !== known?.hash)
        return tell(session, {
          seq: row.seq,
          code: 'rewritten',
          text: `its hash was ${known?.hash}, it is ${row.hash}`,
        });
      isKnown ||= row !== undefined;
      place = verdict;
    }
    if (!isKnown)
      return tell(session, {
        seq: place.head.seq,
        code: 'cut_off',
        text: `the chain ends here and went to ${known?.seq}`,
      });
    const { head, unchained } = place;
    if (session.json) session.printJson({ ok: true, head, unchained });
    else {
      const older = unchained > 0 ? `; ${unchained} are older than the chain, and nothing vouches for them` : '';
      session.print(
        `${head.seq - unchained} rows hold${older}. The end, to be kept elsewhere:\n${head.seq}:${head.hash}`,
      );
    }
    return 0;
  });
}

function tell(session: Session, problem: { seq: number; code: string; text: string }): number {
  if (session.json) session.printJson({ ok: false, problem });
  else session.print(`row ${problem.seq} does not fit (${problem.code}): ${safeText(problem.text)}`);
  return 1;
}

function addExport(parent: Command, cli: Cli): void {
  const command = parent
    .command('export')
    .description('rows as they were hashed, oldest first, one JSON document a line')
    .option('--since <when>', 'only since then: 2h (ago), or 2026-03-01T08:00')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl']).default('jsonl'));
  handle(command, cli, async (session: Session, options: { since?: string | undefined }) => {
    for await (const rows of pagesOf(session, sinceOf(session, options)))
      for (const row of rows) session.print(JSON.stringify(row));
    return undefined;
  });
}

/** Page by page: the whole may be long. */
async function* pagesOf(session: Session, since: string | undefined): AsyncGenerator<KeptLink[]> {
  let cursor: string | null = null;
  do {
    const at: string | null = cursor;
    const query = { limit: limits.pageItems.max, since, ...(at === null ? {} : { cursor: at }) };
    const page: { items: KeptLink[]; next: string | null } = await session.call(auditRoutes.chain, query);
    yield page.items;
    cursor = page.next;
  } while (cursor !== null);
}

function sinceOf(session: Session, { since }: { since?: string | undefined }): string | undefined {
  return since === undefined ? undefined : parseSince(since, session.io.now());
}

function readHead(text: string): ChainHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new InvalidArgumentError('Expected a number and a hash as `audit verify` prints them.');
  return { seq: Number(seq), hash };
}
