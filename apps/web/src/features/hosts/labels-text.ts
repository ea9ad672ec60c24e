/** `role=db env=prod`, with commas or blanks between; what makes no pair is sent as it is, for the server to refuse. */
export function labelsIn(text: string): Record<string, string> {
  const pairs = text.split(/[\s,]+/).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.replace(/=.*$/, ''), pair.includes('=') ? pair.replace(/^[^=]*=/, '') : '']),
  );
}

/** The first part that is no `key=value`, or says a key again; undefined where all is well. */
export function wrongLabel(text: string): string | undefined {
  const keys = new Set<string>();
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .find((part) => {
      const [, key] = /^([^=]+)=./.exec(part) ?? [];
      if (key === undefined || keys.has(key)) return true;
      keys.add(key);
      return false;
    });
}

/** The same the other way round. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

/** Labels that a host would have no more, or with another value. @returns `key=value` as they are before */
export function labelsTaken(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(before).flatMap(([key, value]) => (after[key] === value ? [] : [`${key}=${value}`]));
}
