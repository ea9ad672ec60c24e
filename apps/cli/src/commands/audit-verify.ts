import { type ChainHead, type ChainPlace, chainStart, checkLinks } from '@carillon/core/audit/chain';
import { judgeWitness, rowsOfEnds, type WitnessVerdict, witnessKeys } from '@carillon/core/audit/witness-check';
import { type Command, InvalidArgumentError } from 'commander';
import { chainPages } from '../lib/audit-chain.js';
import { type Cli, handle } from '../lib/command.js';
import { CliError, usageError } from '../lib/errors.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { askWitnesses, readWitnesses, type Witnesses } from '../lib/witnesses.js';

interface VerifyOptions {
  readonly known?: ChainHead | undefined;
  /** True: without files. */
  readonly witnesses?: true | readonly string[] | undefined;
  readonly root?: string | undefined;
}

interface Problem {
  readonly seq: number;
  readonly code: string;
  readonly text: string;
}

type Walked =
  | { readonly problem: Problem }
  | { readonly place: ChainPlace; readonly hashes: ReadonlyMap<number, string | null> };

/** `carillon audit verify` */
export function addVerify(parent: Command, cli: Cli): void {
  const command = parent
    .command('verify')
    .description('read the whole chain and check it; exit code 1 names the first row that does not fit')
    .option('--known <number:hash>', 'an end that was told earlier: it has to be in the chain still', readHead)
    .option(
      '--witnesses [file...]',
      'what hosts keep has to be in the chain too: asks connected agents, or reads what `carillon-agent witness` printed',
    )
    .option(
      '--root <fingerprint>',
      'of the root key, as `carillon keys list` prints it: no other vouches for witnesses',
    );
  handle(command, cli, async (session: Session, { known, witnesses, root }: VerifyOptions) => {
    if (root !== undefined && witnesses === undefined)
      throw usageError('audit verify: --root is of use with --witnesses');
    // Before the chain is read, so that what they saw last is in it.
    const asked = witnesses && (await (witnesses === true ? askWitnesses(session) : readWitnesses(session, witnesses)));
    const walked = await walk(session, known, asked ? rowsOfEnds(asked.said) : new Set());
    if ('problem' in walked) return tell(session, walked.problem);
    const { head, unchained } = walked.place;
    const checked = asked && checkWitnesses(asked, root ?? null, walked.hashes);
    if (session.json)
      session.printJson({ ok: checked?.ok ?? true, head, unchained, ...(checked ? { witnesses: checked } : {}) });
    else {
      const older = unchained > 0 ? `; ${unchained} are older than the chain, and nothing vouches for them` : '';
      session.print(
        `${head.seq - unchained} rows hold${older}. The end, to be kept elsewhere:\n${head.seq}:${head.hash}`,
      );
      if (asked && checked) for (const line of linesOf(checked, head, witnesses === true, root)) session.print(line);
    }
    return checked?.ok === false ? 1 : 0;
  });
}

async function walk(session: Session, known: ChainHead | undefined, wanted: ReadonlySet<number>): Promise<Walked> {
  let place: ChainPlace = chainStart;
  let isKnown = known === undefined;
  const hashes = new Map<number, string | null>();
  for await (const rows of chainPages(session)) {
    const verdict = checkLinks(place, rows);
    if (!verdict.ok) return verdict;
    for (const { seq, hash } of rows) if (wanted.has(seq)) hashes.set(seq, hash);
    const row = rows.find(({ seq }) => seq === known?.seq);
    if (row && row.hash !== known?.hash)
      return { problem: { seq: row.seq, code: 'rewritten', text: `its hash was ${known?.hash}, it is ${row.hash}` } };
    isKnown ||= row !== undefined;
    place = verdict;
  }
  if (isKnown) return { place, hashes };
  const text = `the chain ends here and went to ${known?.seq}`;
  return { problem: { seq: place.head.seq, code: 'cut_off', text } };
}

function tell(session: Session, problem: Problem): number {
  if (session.json) session.printJson({ ok: false, problem });
  else session.print(`row ${problem.seq} does not fit (${problem.code}): ${safeText(problem.text)}`);
  return 1;
}

interface Checked {
  readonly ok: boolean;
  /** Fingerprint. */
  readonly root: string;
  readonly hosts: readonly WitnessVerdict[];
  /** Connected hosts that said nothing. */
  readonly silent: readonly string[];
  /** Those whose agent is too old to be asked. */
  readonly old: readonly string[];
}

/** Good when some host vouches for the chain, and none against it. */
function checkWitnesses(
  { said, silent, old }: Witnesses,
  root: string | null,
  hashes: ReadonlyMap<number, string | null>,
): Checked {
  const trusted = witnessKeys(said, root);
  if (!trusted)
    throw new CliError(
      said.length === 0
        ? `no witness: no host said what it keeps (${silent.length} did not answer, ${old.length} are too old to be asked)`
        : `witnesses: none of ${said.length} hosts has keys that ${root === null ? 'a' : 'this'} root signed${root === null ? '' : `: ${root}`}`,
    );
  const hosts = said.map((each) => judgeWitness(each, trusted.keys, hashes));
  const isMissed = hosts.some(({ code }) => code === 'cut_off' || code === 'rewritten');
  return { ok: !isMissed && hosts.some(({ code }) => code === 'fits'), root: trusted.root, hosts, silent, old };
}

function linesOf(
  { root, hosts, silent, old }: Checked,
  head: ChainHead,
  isAsked: boolean,
  known: string | undefined,
): string[] {
  const good = hosts.flatMap((each) => (each.code === 'fits' ? each : []));
  const last = Math.max(0, ...good.map(({ to }) => to.seq));
  const unseen = head.seq - last;
  return [
    ...hosts.flatMap((each) => (each.code === 'fits' ? [] : lineOf(each))),
    ...(good.length === 0
      ? ['no host vouches for this chain']
      : [
          `${good.length} of ${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'} vouch for it up to row ${last}${unseen > 0 ? `; ${unseen} newer ${unseen === 1 ? 'row was' : 'rows were'} signed for none of them` : ''}`,
        ]),
    ...(silent.length > 0 ? [`did not answer: ${safeText(silent.join(', '))}`] : []),
    ...(old.length > 0 ? [`too old to be asked: ${safeText(old.join(', '))}`] : []),
    ...(known === undefined
      ? [`the root is ${root} by their own word: compare it with \`carillon keys list\`, or give it with --root`]
      : []),
    ...(isAsked
      ? [
          'asked through the server, which cannot make up what they keep, but can leave hosts out: files from hosts can not be',
        ]
      : []),
  ];
}

function lineOf(verdict: Exclude<WitnessVerdict, { code: 'fits' }>): string {
  const host = `host ${safeText(verdict.host)}`;
  switch (verdict.code) {
    case 'cut_off':
    case 'rewritten': {
      const at = new Date(verdict.end.atMs).toISOString();
      return `${host} keeps row ${verdict.end.seq}, signed ${at}, and it does not fit (${verdict.code}): ${safeText(verdict.text)}`;
    }
    case 'nothing':
      return `${host} was told no end of the audit yet`;
    case 'unsigned':
      return `${host} proves nothing: ${safeText(verdict.text)}`;
    default:
      return verdict satisfies never;
  }
}

function readHead(text: string): ChainHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined)
    throw new InvalidArgumentError('Expected a number and a hash as `audit verify` prints them.');
  return { seq: Number(seq), hash };
}
