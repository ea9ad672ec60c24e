const marker = Buffer.from('***');
/** Shorter ones would blot out ordinary words. */
export const shortestSecret = 4;

/**
 * Takes secrets out of a stream of bytes, also where one is cut by the border of two pieces: what may be the beginning of a
 * secret is held back until it is known.
 */
export class Redactor {
  private readonly patterns: readonly Buffer[];
  private held: Buffer = Buffer.alloc(0);

  constructor(secrets: readonly string[]) {
    this.patterns = patternsOf(secrets);
  }

  /** @returns what is certain not to be part of a secret, with `***` for those that ended here */
  take(chunk: Buffer): Buffer {
    let rest = Buffer.concat([this.held, chunk]);
    const clean: Buffer[] = [];
    for (let found = this.first(rest); found; found = this.first(rest)) {
      clean.push(rest.subarray(0, found.at), marker);
      rest = rest.subarray(found.at + found.length);
    }
    const open = this.openLength(rest);
    this.held = Buffer.from(rest.subarray(rest.length - open));
    return Buffer.concat([...clean, rest.subarray(0, rest.length - open)]);
  }

  /** What was held back, once nothing more comes. */
  end(): Buffer {
    const rest = this.held;
    this.held = Buffer.alloc(0);
    return rest;
  }

  /** The first secret in the bytes; of those that begin at one place the longest. */
  private first(bytes: Buffer): { at: number; length: number } | undefined {
    let best: { at: number; length: number } | undefined;
    for (const pattern of this.patterns) {
      const at = bytes.indexOf(pattern);
      if (at < 0 || (best && at >= best.at)) continue;
      best = { at, length: pattern.length };
    }
    return best;
  }

  /** Length of the longest end of the bytes with which a secret may begin. */
  private openLength(bytes: Buffer): number {
    const longest = Math.min(bytes.length, (this.patterns[0]?.length ?? 1) - 1);
    for (let length = longest; length > 0; length -= 1) {
      const end = bytes.subarray(bytes.length - length);
      if (this.patterns.some((pattern) => pattern.length > length && pattern.subarray(0, length).equals(end)))
        return length;
    }
    return 0;
  }
}

/** Each secret, and each line of one with several, as programs write it; the longest first. */
function patternsOf(secrets: readonly string[]): Buffer[] {
  const texts = new Set(secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]));
  return [...texts]
    .filter((text) => text.length >= shortestSecret)
    .flatMap((text) => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')])
    .sort((a, b) => b.length - a.length);
}
