import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FleetOrder, FleetReport, FleetStart } from '@carillon/contract/fleet/messages';
import { findFleetProgram } from '../lib/agent-program.js';

interface Patience {
  /** Since it began, or came nearer. */
  readonly limitMs: number;
  /** For the message when it runs out, `all hosts to join`. */
  readonly what: () => string;
  readonly signal: AbortSignal;
}

const stopMs = 10_000;

/** Simulated hosts in a process of their own, which goes when we go. */
export class FleetProcess {
  private readonly listeners = new Set<(report: FleetReport) => void>();
  private failure: Error | undefined;
  private stopping = false;
  private readonly failed = new AbortController();

  private constructor(
    private readonly child: ChildProcess,
    readonly options: Omit<FleetStart, 'kind'>,
  ) {
    child.on('message', (report: FleetReport) => {
      if (report.kind === 'failed') this.fail(new Error(`simulated hosts: ${report.message}`));
      for (const listener of this.listeners) listener(report);
    });
    child.once('error', (error) => this.fail(error));
    child.once('exit', (code, signal) => {
      if (!this.stopping) this.fail(new Error(`the simulated hosts ended unasked (${signal ?? `exit code ${code}`})`));
    });
  }

  /** The hosts begin to join at once. @throws CliError when the simulator is not built */
  static start(
    repository: string,
    options: Omit<FleetStart, 'kind'>,
    program = findFleetProgram(repository),
  ): FleetProcess {
    const child = fork(program, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const fleet = new FleetProcess(child, options);
    fleet.tell({ kind: 'start', ...options });
    return fleet;
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  tell(order: FleetOrder): void {
    if (this.child.connected) this.child.send(order);
  }

  /** @returns what stops it */
  listen(listener: (report: FleetReport) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Waits until `look` finds what it waits for in a report.
   * @param look calls `nearer` for a report that comes nearer to it, from which on the time counts anew: a slow machine
   *   is none that stands still
   * @throws Error when the time is over, the fleet fails, or the signal aborts
   */
  async until<T>(
    look: (report: FleetReport, nearer: () => void) => T | undefined,
    { limitMs, what, signal }: Patience,
  ): Promise<T> {
    const either = AbortSignal.any([signal, this.failed.signal]);
    if (either.aborted) throw this.failure ?? either.reason;
    return new Promise<T>((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        unlisten();
        either.removeEventListener('abort', abort);
        act();
      };
      const abort = () => end(() => reject(this.failure ?? either.reason));
      const timer = setTimeout(
        () => end(() => reject(new Error(`waited ${limitMs / 1_000} s in vain for ${what()}`))),
        limitMs,
      );
      const unlisten = this.listen((report) => {
        const found = look(report, () => timer.refresh());
        if (found !== undefined) end(() => resolve(found));
      });
      either.addEventListener('abort', abort, { once: true });
    });
  }

  /** Waits until every host has a session. @returns when the last of them had it, as the fleet's clock tells */
  untilOnline(patience: Omit<Patience, 'what'>): Promise<number> {
    const { hosts } = this.options;
    let [open, most] = [0, 0];
    return this.until(
      (report, nearer) => {
        if (report.kind !== 'online' && report.kind !== 'offline') return undefined;
        open = report.open;
        if (open > most) nearer();
        most = Math.max(most, open);
        return open === hosts ? report.atMs : undefined;
      },
      { ...patience, what: () => `all ${hosts} hosts to be online (${open} are)` },
    );
  }

  /** Waits until every host has so many jobs registered. */
  untilApplied(jobs: number, patience: Omit<Patience, 'what'>): Promise<true> {
    const { hosts } = this.options;
    const done = new Set<string>();
    return this.until(
      (report, nearer) => {
        if (report.kind === 'applied' && report.jobs === jobs && !done.has(report.host)) {
          done.add(report.host);
          nearer();
        }
        return done.size === hosts ? true : undefined;
      },
      { ...patience, what: () => `all ${hosts} hosts to register ${jobs} jobs (${done.size} have)` },
    );
  }

  /** No run begins any more; what happened is delivered and the ledger written. */
  quiesce(limitMs: number, signal: AbortSignal): Promise<Extract<FleetReport, { kind: 'quiet' }>> {
    const quiet = this.until((report) => (report.kind === 'quiet' ? report : undefined), {
      limitMs: limitMs + stopMs,
      what: () => 'the hosts to come to rest',
      signal,
    });
    this.tell({ kind: 'quiesce', limitMs });
    return quiet;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.tell({ kind: 'stop' });
    const killer = setTimeout(() => this.child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(killer);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.failed.abort(error);
  }
}
