import { historyChannel } from '@carillon/wintask/history/task-event';
import { clearHistory, isHistoryOn, readRecords, switchHistory } from './history.js';
import { type Outcome, succeed } from './messages.js';

const fail = (error: string): Outcome => ({ exit: 1, error });

/**
 * One wevtutil call on a store: `qe CHANNEL [/q:*[System[EventRecordID>N]]] [/c:N] [/rd:true|false]`, `gl CHANNEL`,
 * `sl CHANNEL /e:true|false` or `cl CHANNEL`. There is one channel; anything else is refused.
 */
export function performWevtutil(store: string, words: readonly string[]): Outcome {
  const [verb, channel, ...rest] = words;
  if (channel !== historyChannel) return fail('Failed to read events. The specified channel could not be found.');
  const option = (name: string) => rest.find((word) => word.startsWith(`/${name}:`))?.slice(name.length + 2);
  switch (verb) {
    case 'qe':
      return query(store, option('q'), Number(option('c') ?? Number.POSITIVE_INFINITY), option('rd') === 'true');
    case 'gl':
      return succeed(
        `<?xml version="1.0" encoding="UTF-16"?>\r\n<channel name="${channel}" isolation="Application" enabled="${isHistoryOn(store)}" type="Operational">\r\n</channel>`,
      );
    case 'sl':
      switchHistory(store, option('e') === 'true');
      return succeed('');
    case 'cl':
      clearHistory(store);
      return succeed('');
    default:
      return fail(`Invalid command ${verb}.`);
  }
}

function query(store: string, xpath: string | undefined, count: number, newestFirst: boolean): Outcome {
  const after = /^\*\[System\[EventRecordID>(\d+)\]\]$/.exec(xpath ?? '*[System[EventRecordID>0]]')?.[1];
  if (after === undefined) return fail('The specified query is invalid.');
  const found = readRecords(store).filter(({ recordId }) => recordId > Number(after));
  if (newestFirst) found.reverse();
  return succeed(
    found
      .slice(0, count)
      .map(({ xml }) => xml)
      .join('\r\n'),
  );
}
