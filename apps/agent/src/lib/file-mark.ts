import { statSync } from 'node:fs';

const lookMs = 2_000;

/** Tells one state of a file from another without reading it. */
export function fileMark(path: string): string {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? `${found.mtimeMs} ${found.size} ${found.mode}` : 'none';
  } catch (error) {
    return String(error);
  }
}

/**
 * Calls back after each change of a file that other processes write, within seconds. Asking is reliable on every file
 * system, and a question every other second costs nothing that can be measured.
 * @returns a function that ends it
 */
export function watchFile(path: string, onChange: () => void): () => void {
  let mark = fileMark(path);
  const timer = setInterval(() => {
    const now = fileMark(path);
    if (now === mark) return;
    mark = now;
    onChange();
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
