import { rmSync } from 'node:fs';
import type { HostPause } from '@carillon/core/desired/pause';
import { fileMark } from '../lib/file-mark.js';
import { readJson, writeFileDurably } from './files.js';

const known = new Map<string, { mark: string | undefined; pause: HostPause | undefined }>();

/** The pause that a file holds; a damaged one counts as none, and is written again with the next desired state. */
export function loadPause(path: string): HostPause | undefined {
  const mark = fileMark(path);
  const before = known.get(path);
  if (before && before.mark === mark) return before.pause;
  const pause = read(path);
  known.set(path, { mark, pause });
  return pause;
}

/** Writes nothing when it says so already. */
export function storePause(path: string, pause: HostPause | undefined): void {
  if (pause === undefined) rmSync(path, { force: true });
  else if (JSON.stringify(read(path)) !== JSON.stringify(pause)) writeFileDurably(path, JSON.stringify(pause), 0o644);
  known.delete(path);
}

function read(path: string): HostPause | undefined {
  try {
    return readJson<HostPause>(path);
  } catch {
    return undefined;
  }
}
