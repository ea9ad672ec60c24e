import { escapeAttribute, escapeText } from '../xml/entities.js';
import { historyChannel, type TaskEvent } from './task-event.js';

const provider = "Name='Microsoft-Windows-TaskScheduler' Guid='{de7b24ea-73c8-4a09-985d-5bdadcfa9017}'";
const namespace = 'http://schemas.microsoft.com/win/2004/08/events/event';

/** A record in one line, in the shape of `wevtutil query-events /f:xml`. For what stands in for Windows. */
export function writeTaskEvent(event: TaskEvent, computer: string): string {
  const data = Object.entries(event.data)
    .map(([name, value]) => `<Data Name='${attribute(name)}'>${escapeText(value).replaceAll('\n', '&#xA;')}</Data>`)
    .join('');
  const system = [
    `<Provider ${provider}/><EventID>${event.id}</EventID><Version>1</Version><Level>4</Level>`,
    `<TimeCreated SystemTime='${event.at.replace('Z', '0000Z')}'/><EventRecordID>${event.recordId}</EventRecordID>`,
    `<Channel>${historyChannel}</Channel><Computer>${escapeText(computer)}</Computer>`,
  ].join('');
  return `<Event xmlns='${namespace}'><System>${system}</System><EventData>${data}</EventData></Event>`;
}

function attribute(text: string): string {
  return escapeAttribute(text).replaceAll("'", '&apos;');
}
