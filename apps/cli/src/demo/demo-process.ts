import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { DemoOrder, DemoReport, DemoStart } from '@carillon/contract/fleet/demo-messages';
import { findDemoProgram } from '../lib/agent-program.js';

const stopMs = 10_000;

/** The fleet of a demo in a process of its own, which goes when we go. */
export class DemoProcess {
  private readonly listeners = new Set<(report: DemoReport) => void>();
  private stopping = false;
  private failure: Error | undefined;
  private readonly failed = new AbortController();

  /** @param onLost it ended by itself after it was filled: the product goes on without a fleet */
  constructor(
    repository: string,
    private readonly onLost: (why: string) => void,
  ) {
    // Bounded: a past that does not fit is a fault, not a reason to take a laptop's memory.
    this.child = fork(findDemoProgram(repository), [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--max-old-space-size=512'],
    });
    this.child.on('message', (report: DemoReport) => {
      if (report.kind === 'failed') this.fail(report.message);
      for (const listener of this.listeners) listener(report);
    });
    this.child.once('error', (error) => this.fail(error.message));
    this.child.once('exit', (code, signal) => {
      if (!this.stopping) this.fail(`it ended unasked (${signal ?? `exit code ${code}`})`);
    });
  }

  private readonly child: ChildProcess;

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /**
   * Gives an order and waits until it is done.
   * @throws Error when the fleet fails, or the signal aborts
   */
  async order(
    order: Exclude<DemoOrder, { kind: 'stop' }> | DemoStart,
    signal: AbortSignal,
    onReport: (report: DemoReport) => void = () => undefined,
  ): Promise<void> {
    const either = AbortSignal.any([signal, this.failed.signal]);
    if (either.aborted) throw this.failure ?? either.reason;
    await new Promise<void>((resolve, reject) => {
      const end = (act: () => void) => {
        this.listeners.delete(listener);
        either.removeEventListener('abort', abort);
        act();
      };
      const abort = () => end(() => reject(this.failure ?? either.reason));
      const listener = (report: DemoReport) => {
        onReport(report);
        if (report.kind === 'done' && report.order === order.kind) end(resolve);
      };
      this.listeners.add(listener);
      either.addEventListener('abort', abort, { once: true });
      this.child.send(order);
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    if (this.child.connected) this.child.send({ kind: 'stop' } satisfies DemoOrder);
    const killer = setTimeout(() => this.child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(killer);
  }

  private fail(why: string): void {
    if (this.failure || this.stopping) return;
    this.failure = new Error(`the simulated fleet: ${why}`);
    this.failed.abort(this.failure);
    this.onLost(this.failure.message);
  }
}
