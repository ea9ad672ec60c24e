import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { type FieldPath, nodeIn, withField } from './job-yaml.js';

/** What a link may bring into the editor: a suggestion of the heatmap, or a whole timetable. */
export interface Suggested {
  /** A crontab line in place of the one that is there. */
  readonly schedule?: string | undefined;
  /** Spread over so long, `15m`. */
  readonly jitter?: string | undefined;
  /** So many minutes later. */
  readonly later?: number | undefined;
}

/**
 * Where the only entry of a schedule stands: `schedule` itself for a crontab line, `schedule[0]` in a list of one. Null
 * where there are several, of which a form field can show none.
 */
export function entryPath(document: Document): FieldPath | null {
  const node = nodeIn(document, ['schedule']);
  if (!isSeq(node)) return ['schedule'];
  return node.items.length === 1 ? ['schedule', '0'] : null;
}

/** Where the crontab line of the only entry stands. */
export function cronPath(document: Document): FieldPath | null {
  const entry = entryPath(document);
  if (entry === null) return null;
  const node = nodeIn(document, entry);
  return isMap(node) ? [...entry, 'cron'] : entry;
}

/** The file with one key of its only entry changed, `timezone` or `jitter`; a bare crontab line becomes a map for it. */
export function withEntryField(text: string, key: string, value: string): string {
  const document = parseDocument(text) as Document;
  const entry = entryPath(document);
  if (entry === null) return text;
  const node = nodeIn(document, entry);
  if (!isScalar(node)) return withField(text, [...entry, key], value);
  if (value === '') return text;
  const map = document.createNode({ cron: String(node.value), [key]: value });
  // What was said beside the line stays beside it.
  map.comment = node.comment ?? null;
  map.commentBefore = node.commentBefore ?? null;
  map.flow = true;
  document.setIn(entry, map);
  return document.toString({ lineWidth: 0 });
}

/** The file with a suggestion in it. @returns the same text where the file does not say its timetable in a way that takes it */
export function withSuggestion(text: string, { schedule, jitter, later }: Suggested): string {
  let changed = text;
  if (schedule !== undefined) changed = withCron(changed, () => schedule);
  if (later !== undefined) changed = withCron(changed, (cron) => laterCron(cron, later));
  return jitter === undefined ? changed : withEntryField(changed, 'jitter', jitter);
}

function withCron(text: string, change: (cron: string) => string): string {
  const document = parseDocument(text) as Document;
  const path = cronPath(document);
  const node = path && nodeIn(document, path);
  if (!path || !isScalar(node) || typeof node.value !== 'string') return text;
  return withField(text, path, change(node.value));
}

/** `0 2 * * *`, 10 minutes later; the same where the minute is not one number, or the next hour would begin. */
function laterCron(cron: string, minutes: number): string {
  const [minute = '', ...rest] = cron.trim().split(/\s+/);
  const at = Number(minute) + minutes;
  return /^\d+$/.test(minute) && at >= 0 && at < 60 ? [String(at), ...rest].join(' ') : cron;
}
