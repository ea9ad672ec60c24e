import { type NoticeState, noticeStates } from '@carillon/core/state/states';
import { searchText, searchWord } from '../../lib/search.js';

/** The filter of the page of deliveries. */
export interface DeliveryFilter {
  readonly state?: NoticeState | undefined;
  readonly channel?: string | undefined;
}

/** The filter as the address has it. */
export function readDeliveryFilter(search: Record<string, unknown>): DeliveryFilter {
  return { state: searchWord(search, 'state', noticeStates), channel: searchText(search, 'channel') };
}
