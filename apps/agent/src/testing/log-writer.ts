import { FileEventLog } from '../state/event-log.js';
import { makeEvent } from './samples.js';

/** A program that appends to a log for ever and prints the ids of what the log has confirmed; for tests that kill it. */
const log = new FileEventLog(process.argv[2] ?? '.');
for (;;) {
  const events = Array.from({ length: 1 + Math.floor(Math.random() * 40) }, () => makeEvent());
  log.append(events);
  process.stdout.write(`${events.map(({ eventId }) => eventId).join('\n')}\n`);
}
