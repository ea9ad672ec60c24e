import { type HostPresence, hostPresences } from '@carillon/core/state/states';
import { searchFlag, searchText, searchWord } from '../../lib/search.js';

/** The filter of the hosts page. */
export interface HostFilter {
  readonly search?: string | undefined;
  readonly presence?: HostPresence | undefined;
  /** `key=value`. */
  readonly label?: string | undefined;
  /** Version of the agent. */
  readonly agent?: string | undefined;
  /** Only hosts with failing jobs. */
  readonly failing?: true | undefined;
  /** What is asked at once when the page opens; no filter. */
  readonly ask?: 'add' | undefined;
}

/** The filter as the address has it. */
export function readHostFilter(search: Record<string, unknown>): HostFilter {
  return {
    search: searchText(search, 'search'),
    presence: searchWord(search, 'presence', hostPresences),
    label: searchText(search, 'label'),
    agent: searchText(search, 'agent'),
    failing: searchFlag(search, 'failing'),
    ask: searchWord(search, 'ask', ['add']),
  };
}

export const hostTabs = ['overview', 'tasks', 'runs', 'changes', 'agent'] as const;
export type HostTab = (typeof hostTabs)[number];

/** Which part of a host its address shows; the overview without it. */
export function readHostTab(search: Record<string, unknown>): { readonly tab?: HostTab | undefined } {
  return { tab: searchWord(search, 'tab', hostTabs) };
}
