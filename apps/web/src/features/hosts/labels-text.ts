/** `role=db env=prod`, with commas or blanks between; what makes no pair is sent as it is, for the server to refuse. */
export function labelsIn(text: string): Record<string, string> {
  const pairs = text.split(/[\s,]+/).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => [pair.replace(/=.*$/, ''), pair.includes('=') ? pair.replace(/^[^=]*=/, '') : '']),
  );
}

/** The same the other way round. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}
