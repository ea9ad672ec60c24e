import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '@carillon/core/job/job-spec';
import { writeFileDurably } from '../state/files.js';

/** Where a job version's script stands. */
export function scriptFileOf(folder: string, manifest: Pick<Manifest, 'jobId' | 'version' | 'run'>): string {
  const extension = manifest.run.kind === 'powershell' ? 'ps1' : 'cmd';
  return join(folder, `${manifest.jobId}-v${manifest.version}.${extension}`);
}

/**
 * Writes a script as its interpreter reads it: PowerShell 5.1 takes a file without BOM for ANSI; cmd.exe wants CRLF and,
 * for more than ASCII, to be told that the file is UTF-8. Older versions of the job are removed.
 */
export function storeScript(folder: string, manifest: Manifest): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${manifest.jobId}-v`)) rmSync(join(folder, name), { force: true });
  }
  if (!('script' in manifest.run)) return;
  const lines = manifest.run.script.replace(/\r?\n/g, '\r\n');
  const ascii = Buffer.byteLength(lines, 'utf8') === lines.length;
  const text = manifest.run.kind === 'powershell' ? `\ufeff${lines}` : `${ascii ? '' : '@chcp 65001>nul\r\n'}${lines}`;
  writeFileDurably(scriptFileOf(folder, manifest), text, 0o644);
}
