import { type AssignmentState, assignmentStates } from '@carillon/core/state/states';
import { searchText, searchWord } from '../../lib/search.js';

export const jobTabs = [
  'definition',
  'hosts',
  'runs',
  'statistics',
  'versions',
  'alerts',
  'changes',
  'audit',
  'task',
] as const;
export type JobTab = (typeof jobTabs)[number];

/** What of a job its address shows. */
export interface JobView {
  /** The definition without it. */
  readonly tab?: JobTab | undefined;
  /** Of the hosts: only those in this state, */
  readonly state?: AssignmentState | undefined;
  /** and with this in their name. */
  readonly host?: string | undefined;
  /** Versions that are compared; without them the newest with the one before it. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** What is asked at once when the page opens. */
  readonly ask?: 'run' | undefined;
}

/** The view as the address has it, so that it can be kept and sent to somebody. */
export function readJobView(search: Record<string, unknown>): JobView {
  return {
    tab: searchWord(search, 'tab', jobTabs),
    state: searchWord(search, 'state', assignmentStates),
    host: searchText(search, 'host'),
    before: searchVersion(search, 'before'),
    after: searchVersion(search, 'after'),
    ask: searchWord(search, 'ask', ['run']),
  };
}

function searchVersion(search: Record<string, unknown>, name: string): number | undefined {
  const value = Number(search[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
