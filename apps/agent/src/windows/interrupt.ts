import type { Koffi } from './koffi.js';

const ctrlC = 0;

/**
 * Presses Ctrl-C in the console of a process, for all that share it. Windows sends it only from within that console: whoever
 * calls this leaves its own and never comes back, so it is a program of its own (`carillon-agent interrupt PID`).
 * @returns whether it was pressed; a process without a console cannot be asked this way
 */
export function interruptConsole(koffi: Koffi, pid: number): boolean {
  const library = koffi.load('kernel32.dll');
  const call = (prototype: string) => library.func(prototype) as (...values: unknown[]) => number;
  call('int FreeConsole()')();
  if (call('int AttachConsole(uint32_t pid)')(pid) === 0) return false;
  // It would end us too.
  call('int SetConsoleCtrlHandler(void *handler, int add)')(null, 1);
  return call('int GenerateConsoleCtrlEvent(uint32_t event, uint32_t group)')(ctrlC, 0) !== 0;
}
