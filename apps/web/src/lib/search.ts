type Search = Record<string, unknown>;

// The router keeps what a reader does not mention; each of these answers undefined, so that nothing unread comes through.

/** A text of the address's query; undefined when it is absent or empty. The router reads numbers as such. */
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

/** An instant of the address's query, as the server reads it. */
export function searchInstant(search: Search, name: string): string | undefined {
  const atMs = Date.parse(searchText(search, name) ?? '');
  return Number.isNaN(atMs) ? undefined : new Date(atMs).toISOString();
}

/** What narrows a picture of the whole fleet. */
export interface PlaceFilter {
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  /** `key=value` of hosts. */
  readonly label?: string | undefined;
}

export function searchPlace(search: Search): PlaceFilter {
  const [job, host, label] = ['job', 'host', 'label'].map((name) => searchText(search, name));
  return { job, host, label };
}

/** Whether anything is chosen at all. */
export function isFiltered(filter: object): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}
