import type { TaskDefinition } from './definition.js';
import { keyOf, type NormalValue, normalizeTask } from './normal-form.js';

/** One way in which the found task does something else than the wanted one. An absent side is null. */
export interface Difference {
  path: string;
  wanted: NormalValue;
  found: NormalValue;
  text: string;
}

function shown(value: NormalValue): string {
  if (value === null) return 'nothing';
  return typeof value === 'string' ? `"${value}"` : keyOf(value);
}

function difference(path: string, wanted: NormalValue, found: NormalValue): Difference {
  return { path, wanted, found, text: `${path}: wanted ${shown(wanted)}, found ${shown(found)}` };
}

function isRecord(value: NormalValue): value is { [key: string]: NormalValue } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function compare(path: string, wanted: NormalValue, found: NormalValue): Difference[] {
  if (keyOf(wanted) === keyOf(found)) return [];
  if (!isRecord(wanted) || !isRecord(found)) return [difference(path, wanted, found)];
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])].sort();
  return names.flatMap((name) =>
    compare(path === '' ? name : `${path}.${name}`, wanted[name] ?? null, found[name] ?? null),
  );
}

/** Pairs equal items away first, so that one changed trigger is one difference wherever it stands. */
function compareSets(path: string, wanted: NormalValue[], found: NormalValue[]): Difference[] {
  const rest = [...found];
  const lacking: { value: NormalValue; index: number }[] = [];
  for (const [index, value] of wanted.entries()) {
    const match = rest.findIndex((other) => keyOf(other) === keyOf(value));
    if (match >= 0) rest.splice(match, 1);
    else lacking.push({ value, index });
  }
  const differences = lacking.flatMap(({ value, index }) => {
    const kind = isRecord(value) ? value.kind : undefined;
    const partner = rest.findIndex((other) => isRecord(other) && other.kind === kind);
    const other = partner < 0 ? null : rest.splice(partner, 1)[0]!;
    return compare(`${path}[${index}]`, value, other);
  });
  return [...differences, ...rest.map((value) => difference(`${path}[+]`, null, value))];
}

/** Lists what the found task does differently; empty when both mean the same. */
export function diffTasks(wanted: TaskDefinition, found: TaskDefinition): Difference[] {
  const one = normalizeTask(wanted);
  const other = normalizeTask(found);
  const actions = Math.max(one.actions.length, other.actions.length);
  return [
    ...compare('description', one.description, other.description),
    ...compare('principal', one.principal, other.principal),
    ...compareSets('triggers', one.triggers, other.triggers),
    ...compare('settings', one.settings, other.settings),
    ...Array.from({ length: actions }, (_, index) => index).flatMap((index) =>
      compare(`actions[${index}]`, one.actions[index] ?? null, other.actions[index] ?? null),
    ),
  ];
}
