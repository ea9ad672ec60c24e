import { offsetMs } from '@carillon/wintask/time/zone';
import type { PlaceholderText } from '../text/placeholder-texts.js';

/** What `{{…}}` in arguments, environment and working directory can name. Times are epoch milliseconds. */
export interface TemplateFacts {
  readonly job: string;
  readonly runId: string;
  readonly attempt: number;
  /** Null for runs without a planned time: `scheduledFor` is then the start. */
  readonly scheduledForMs: number | null;
  readonly startedMs: number;
  /** Times are written on the clocks of this IANA zone. */
  readonly timezone: string;
}

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;
const names = ['job', 'runId', 'attempt', 'scheduledFor', 'startedAt'] as const;
type Name = (typeof names)[number];
const isoForm = "yyyy-MM-dd'T'HH:mm:ss";
const parts = /'([^']*)'|yyyy|MM|dd|HH|mm|ss/g;

/** What is wrong with a text's placeholders, or null. Asked when a job is applied, so that no run finds out. */
export function templateProblem(text: string): PlaceholderText | null {
  for (const [whole, inside = ''] of text.matchAll(placeholder)) {
    const [name = '', form] = split(inside);
    const isTime = name === 'scheduledFor' || name === 'startedAt';
    if (!names.includes(name as Name) || (form !== undefined && !isTime))
      return `${whole}: expected one of ${names.join(', ')}; times with a form such as {{scheduledFor:yyyy-MM-dd}}`;
    if (form !== undefined && /[A-Za-z]/.test(form.replace(parts, '')))
      return `${whole}: expected a form of yyyy, MM, dd, HH, mm, ss and text in single quotes`;
  }
  return null;
}

/** A text with its placeholders filled in; those that mean nothing stay as they are. */
export function fillTemplate(text: string, facts: TemplateFacts): string {
  return text.replace(placeholder, (whole, inside: string) => {
    const [name = '', form = isoForm] = split(inside);
    switch (name as Name) {
      case 'job':
        return facts.job;
      case 'runId':
        return facts.runId;
      case 'attempt':
        return String(facts.attempt);
      case 'scheduledFor':
        return formatTime(facts.scheduledForMs ?? facts.startedMs, facts.timezone, form);
      case 'startedAt':
        return formatTime(facts.startedMs, facts.timezone, form);
      default:
        return whole;
    }
  });
}

function split(inside: string): [string, string | undefined] {
  const at = inside.indexOf(':');
  return at < 0 ? [inside, undefined] : [inside.slice(0, at).trim(), inside.slice(at + 1).trim()];
}

function formatTime(atMs: number, timezone: string, form: string): string {
  // The digits of the local clock, read off an instant of UTC that shows them.
  const [date = '', time = ''] = new Date(atMs + offsetMs(timezone, atMs)).toISOString().split('T');
  const [yyyy = '', MM = '', dd = ''] = date.split('-');
  const [HH = '', mm = '', ss = ''] = time.slice(0, 8).split(':');
  const values: Record<string, string> = { yyyy, MM, dd, HH, mm, ss };
  return form.replace(parts, (part, quoted: string | undefined) => quoted ?? values[part] ?? part);
}
