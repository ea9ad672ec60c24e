/** Names of the parts at the top in which two definitions differ; of one alone none. */
export function changedParts(before: unknown, after: unknown): string[] {
  if (!isMap(before) || !isMap(after)) return [];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
