import { type ChildProcess, spawn } from 'node:child_process';

/** Between asking the tree to end and ending it. */
const graceMs = 5_000;

/**
 * Ends a program and everything it started. Windows: `taskkill /T /F`, which walks the tree by parent id [K];
 * elsewhere the program leads a process group of its own, which gets SIGTERM and, when that does not help, SIGKILL.
 */
export function endProcessTree(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') {
    // When it cannot be started, or does not know /t (Wine 8), at least the program itself ends.
    const killer = spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
    killer.once('error', () => child.kill());
    killer.once('exit', (code) => code !== 0 && child.kill());
    return;
  }
  signalGroup(pid, 'SIGTERM');
  const hard = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  hard.unref();
  child.once('exit', () => {
    clearTimeout(hard);
    // Children that ignored SIGTERM must not outlive the run.
    signalGroup(pid, 'SIGKILL');
  });
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Is there a process with this id? One that belongs to somebody else counts too. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
