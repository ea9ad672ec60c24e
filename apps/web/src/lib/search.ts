type Search = Record<string, unknown>;

/** A text of the address's query; undefined when it is absent or empty. The router reads numbers and flags as such. */
export function searchText(search: Search, name: string): string | undefined {
  const value = search[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

/** One of some words of the address's query; anything else counts as absent. */
export function searchWord<T extends string>(search: Search, name: string, words: readonly T[]): T | undefined {
  return words.find((word) => word === search[name]);
}

export function searchFlag(search: Search, name: string): true | undefined {
  return search[name] === true || search[name] === 'true' ? true : undefined;
}

/** Without what is undefined: addresses and requests carry only what was chosen. */
export function chosen<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
