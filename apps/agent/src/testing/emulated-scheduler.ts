import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { compile } from '@carillon/testkit/compile';
import { onTestFinished } from 'vitest';

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'packages', 'emulator');

/** Builds the emulated Task Scheduler's programs; a second or so when nothing has changed. For `beforeAll`. */
export function buildEmulator(): void {
  compile(folder);
}

/** The emulated schtasks with its store, as a command. */
export function emulatedSchtasks(store: string): string[] {
  return [process.execPath, join(folder, 'dist', 'schtasks.js'), '--store', store];
}

/** The emulated wevtutil of a store, as a command. */
export function emulatedWevtutil(store: string): string[] {
  return [process.execPath, join(folder, 'dist', 'wevtutil.js'), '--store', store];
}

/** Starts the emulated Task Scheduler of a store, until the test ends. */
export async function startEmulatedService(store: string): Promise<void> {
  const args = [join(folder, 'dist', 'main.js'), '--store', store, '--timezone', 'UTC'];
  const service = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    const gone = once(service, 'exit');
    if (service.kill()) await gone;
  });
  let printed = '';
  await new Promise<void>((resolve) => {
    service.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('emulated Task Scheduler ready')) resolve();
    });
  });
}
