import { witnessFile } from '@carillon/contract/agent/audit-messages';
import { auditRoutes } from '@carillon/contract/http/audit.routes';
import type { Response } from '@carillon/contract/http/route';
import type { WitnessSaid } from '@carillon/core/audit/witness-check';
import { CliError } from './errors.js';
import { readSources, type Source } from './read-input.js';
import type { Session } from './session.js';

/** What hosts keep of the audit, and of which connected hosts that is not known. */
export interface Witnesses {
  readonly said: readonly WitnessSaid[];
  readonly silent: readonly string[];
  readonly old: readonly string[];
}

type Page = Response<typeof auditRoutes.witnesses>;

/** Asks the agents that are connected to the server. */
export async function askWitnesses(session: Session): Promise<Witnesses> {
  const items: Page['items'] = [];
  for (let next: string | null = ''; next !== null; ) {
    const page: Page = await session.call(auditRoutes.witnesses, next ? { cursor: next } : {});
    items.push(...page.items);
    next = page.next;
  }
  const named = (wanted: string) => items.filter(({ state }) => state === wanted).map(({ host }) => host);
  return { said: items.filter(({ state }) => state === 'answered'), silent: named('silent'), old: named('old') };
}

/** Reads what `carillon-agent witness` printed on hosts: files, folders of them, `-`. @throws CliError that names the file */
export async function readWitnesses({ io }: Pick<Session, 'io'>, paths: readonly string[]): Promise<Witnesses> {
  return { said: (await readSources(io, paths)).map(readOne), silent: [], old: [] };
}

function readOne({ name, text }: Source): WitnessSaid {
  const read = witnessFile.safeParse(parse(text));
  if (!read.success)
    throw new CliError(`${name}: expected what \`carillon-agent witness\` prints: ${read.error.issues[0]?.message}`);
  const { host, ends, keys } = read.data;
  return { host, ends, keys: keys ?? null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
