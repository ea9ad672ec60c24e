import { type NoticeState, noticeStates } from '@carillon/core/state/states';
import { searchWord } from '../../../lib/search.js';

/** Which of its events are shown, as the address has it. */
export function readSubscriptionSearch(search: Record<string, unknown>): { state?: NoticeState | undefined } {
  return { state: searchWord(search, 'state', noticeStates) };
}
