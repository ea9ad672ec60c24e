import { missedVerdicts } from '@carillon/contract/http/missed-runs.routes';
import { type RunState, runStates } from '@carillon/core/state/states';
import { searchFlag, searchInstant, searchText, searchWord } from '../../lib/search.js';

/** Times that go along with the clock. */
export const lastTimes = ['1h', '24h', '7d', '30d'] as const;
export type LastTime = (typeof lastTimes)[number];
export type MissedVerdict = (typeof missedVerdicts)[number];

const hourMs = 3_600_000;
export const lastMs: Record<LastTime, number> = {
  '1h': hourMs,
  '24h': 24 * hourMs,
  '7d': 168 * hourMs,
  '30d': 720 * hourMs,
};

/** The filter of the runs page, of what ran and of what was missed. */
export interface RunFilter {
  /** `missed`: expected runs that did not simply happen. */
  readonly view?: 'missed' | undefined;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  /** `key=value` of hosts. */
  readonly label?: string | undefined;
  readonly state?: RunState | undefined;
  readonly bad?: true | undefined;
  /** As typed: `1`, `-1073741510`, `0xC000013A`. */
  readonly exit?: string | undefined;
  /** Words of the output. */
  readonly text?: string | undefined;
  readonly last?: LastTime | undefined;
  /** Instants, where `last` is not given. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly verdict?: MissedVerdict | undefined;
}

/** The filter as the address has it, so that it can be kept and sent to somebody. */
export function readRunFilter(search: Record<string, unknown>): RunFilter {
  const label = searchText(search, 'label');
  const exit = searchText(search, 'exit');
  return {
    view: searchWord(search, 'view', ['missed'] as const),
    job: searchText(search, 'job'),
    host: searchText(search, 'host'),
    label: label !== undefined && label.indexOf('=') > 0 ? label : undefined,
    state: searchWord(search, 'state', runStates),
    bad: searchFlag(search, 'bad'),
    exit: exit !== undefined && exitCodeOf(exit) !== undefined ? exit : undefined,
    text: searchText(search, 'text')?.slice(0, 200),
    last: searchWord(search, 'last', lastTimes),
    since: searchInstant(search, 'since'),
    until: searchInstant(search, 'until'),
    verdict: searchWord(search, 'verdict', missedVerdicts),
  };
}

/** What of a run its address says: words of its output that somebody searched for. */
export function readRunSearch(search: Record<string, unknown>): { readonly find?: string | undefined } {
  return { find: searchText(search, 'find')?.slice(0, 200) };
}

/** A number of 32 bits, signed or not, also `0x…`; undefined for anything else. */
export function exitCodeOf(text: string): number | undefined {
  if (!/^(-?\d{1,10}|0x[\da-f]{1,8})$/i.test(text.trim())) return undefined;
  const code = Number(text);
  return code >= -0x8000_0000 && code <= 0xffff_ffff ? code : undefined;
}

/**
 * What the server is asked for. A search for words, or for an exit code alone, would go through the whole history: it is
 * kept to a time, which `assumed` names.
 * @param nowMs what `last` counts from, epoch milliseconds
 */
export function askedFor(filter: RunFilter, nowMs: number) {
  const { job, host, label, state, bad, exit, text, last, until } = filter;
  const isTimed = last !== undefined || filter.since !== undefined;
  const exitOnly = exit !== undefined && job === undefined && host === undefined;
  const assumed: LastTime | undefined = isTimed ? undefined : text !== undefined ? '24h' : exitOnly ? '7d' : undefined;
  const goesBy = last ?? assumed;
  const since = goesBy === undefined ? filter.since : new Date(nowMs - lastMs[goesBy]).toISOString();
  const request = {
    ...{ job, host, label, since, outputContains: text },
    state: bad ? undefined : state,
    bad: bad && ('true' as const),
    exitCode: exit === undefined ? undefined : exitCodeOf(exit),
    until: last === undefined ? until : undefined,
  };
  return { request, assumed };
}

/** What of the filter holds for missed runs. */
export function missedAskedFor({ job, host, verdict, last, since }: RunFilter, nowMs: number) {
  return { job, host, verdict, since: last === undefined ? since : new Date(nowMs - lastMs[last]).toISOString() };
}
