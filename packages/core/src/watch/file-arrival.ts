/** A file as it was found; the mark changes with its size and its time. */
export interface FoundFile {
  readonly path: string;
  readonly mark: string;
}

/** What is remembered of the files of one entry, by path. */
export interface FileMemory {
  /** Marks of files that are no news. */
  readonly seen: Readonly<Record<string, string>>;
  /** Files that came or changed, and may still be growing. */
  readonly settling: Readonly<Record<string, { readonly mark: string; readonly sinceMs: number }>>;
}

/**
 * Looks at the files under a pattern. A file has arrived when it came, or changed, and then stayed the same for a while:
 * whoever writes it is done. What is there at the very first look is no news.
 * @param memory what the look before left; undefined at the first
 * @returns those that have arrived stay so at every look until they are `acknowledge`d
 */
export function lookAtFiles(
  memory: FileMemory | undefined,
  files: readonly FoundFile[],
  { nowMs, stableMs }: { readonly nowMs: number; readonly stableMs: number },
): { readonly memory: FileMemory; readonly arrived: readonly FoundFile[] } {
  if (!memory) {
    const seen = Object.fromEntries(files.map(({ path, mark }) => [path, mark]));
    return { memory: { seen, settling: {} }, arrived: [] };
  }
  const seen: Record<string, string> = {};
  const settling: Record<string, { mark: string; sinceMs: number }> = {};
  const arrived: FoundFile[] = [];
  for (const file of files) {
    const { path, mark } = file;
    if (memory.seen[path] === mark) {
      seen[path] = mark;
      continue;
    }
    const before = memory.settling[path];
    const sinceMs = before?.mark === mark ? before.sinceMs : nowMs;
    settling[path] = { mark, sinceMs };
    if (nowMs - sinceMs >= stableMs) arrived.push(file);
  }
  return { memory: { seen, settling }, arrived };
}

/** The memory once something was done about these files. */
export function acknowledge(memory: FileMemory, files: readonly FoundFile[]): FileMemory {
  const done = new Set(files.map(({ path }) => path));
  return {
    seen: { ...memory.seen, ...Object.fromEntries(files.map(({ path, mark }) => [path, mark])) },
    settling: Object.fromEntries(Object.entries(memory.settling).filter(([path]) => !done.has(path))),
  };
}
