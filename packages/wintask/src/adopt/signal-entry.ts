import { eventSubscription } from '../schedule/native-triggers.js';
import type { ScheduleEntry } from '../schedule/schedule.js';
import type { BootTrigger, EventTrigger, LogonTrigger } from '../task/trigger.js';
import { parseIsoDuration } from '../time/duration.js';
import { refuseTrigger, type TriggerNote, type TriggerReading } from './trigger-reading.js';

/** A start-up, logon or event trigger as an entry. */
export function readSignal(trigger: BootTrigger | LogonTrigger | EventTrigger): TriggerReading {
  if (trigger.repetition) return refuseTrigger('boot_repeats', `it repeats after ${words[trigger.kind]}`);
  const delayMs = parseIsoDuration(trigger.delay ?? 'PT0S') ?? 0;
  const notes: Omit<TriggerNote, 'trigger'>[] =
    delayMs > 0 ? [{ code: 'delay', message: `its delay of ${trigger.delay} is not kept` }] : [];
  if (trigger.kind === 'boot') return { ok: true, entries: [{ kind: 'startup' }], notes };
  if (trigger.kind === 'logon') {
    return trigger.userId === undefined
      ? { ok: true, entries: [{ kind: 'logon' }], notes }
      : refuseTrigger('logon_user', `it starts when ${trigger.userId} logs on, and only then`);
  }
  const entry = readSubscription(trigger);
  return entry
    ? { ok: true, entries: [entry], notes }
    : refuseTrigger('event_query', 'its event query says more than one log, one source and one id');
}

const words = { boot: 'start-up', logon: 'logon', event: 'an event' } as const;

/** Only queries that our own would equal: whatever else a query says would be lost. */
function readSubscription(trigger: EventTrigger): ScheduleEntry | undefined {
  const { subscription, matchingElement, valueQueries, numberOfOccurrences = 1 } = trigger;
  if (matchingElement !== undefined || (valueQueries?.length ?? 0) > 0 || numberOfOccurrences > 1) return undefined;
  const text = unescaped(subscription);
  const log = /<Select\s+Path="([^"]+)"/.exec(text)?.[1];
  if (log === undefined) return undefined;
  const source = /Provider\[@Name=(?:'([^']*)'|"([^"]*)")\]/.exec(text);
  const id = /EventID\s*=\s*(\d+)/.exec(text)?.[1];
  const name = source?.[1] ?? source?.[2];
  const entry = {
    kind: 'event' as const,
    log,
    ...(name === undefined ? {} : { source: name }),
    ...(id === undefined ? {} : { eventId: Number(id) }),
  };
  return bare(unescaped(eventSubscription(entry))) === bare(text) ? entry : undefined;
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

/** Without what makes no difference: blanks, brackets around single conditions, the query's own number and path. */
function bare(text: string): string {
  return text
    .replace(/<Query(?:\s+(?:Id|Path)="[^"]*")*\s*>/g, '<Query>')
    .replace(/[\s()]/g, '')
    .replaceAll("'", '"')
    .replaceAll('<Select', '<Select ');
}
