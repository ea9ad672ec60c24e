/** A field that two documents have differently; the side that lacks it is undefined. */
export interface FieldChange {
  /** `run.arguments`; names with a dot stand as they are. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What two parsed documents say differently, field by field, in the order of the newer one. Maps are looked into;
 * lists are one value each, since a list's items have no names to be told by.
 */
export function diffFields(before: unknown, after: unknown): FieldChange[] {
  return compare([], before, after);
}

function compare(path: readonly string[], before: unknown, after: unknown): FieldChange[] {
  if (isSame(before, after)) return [];
  if (!isMap(before) || !isMap(after)) return [{ path, before, after }];
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return names.flatMap((name) => compare([...path, name], own(before, name), own(after, name)));
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  if (!isMap(one) || !isMap(other)) return Object.is(one, other);
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], own(other, name)));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const own = (map: Readonly<Record<string, unknown>>, name: string) =>
  Object.hasOwn(map, name) ? map[name] : undefined;
