import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { BareOrder, BareReport } from '@carillon/contract/fleet/messages';
import { findBareProgram } from '../lib/agent-program.js';

type Report<K extends BareReport['kind']> = Extract<BareReport, { kind: K }>;

const limitMs = 60_000;

/** One end of the bare WebSocket connections that fleets are compared with, in a process of its own. */
export class BareProcess {
  private readonly child: ChildProcess;

  /** @throws CliError when the program is not built */
  constructor(
    repository: string,
    private readonly signal: AbortSignal,
  ) {
    this.child = fork(findBareProgram(repository), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Gives an order and waits for what it reports. @throws Error when it fails, ends, or takes over a minute */
  ask<K extends BareReport['kind']>(order: BareOrder, kind: K): Promise<Report<K>> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        this.child.off('message', hear).off('exit', gone);
        this.signal.removeEventListener('abort', abort);
        act();
      };
      const fail = (why: unknown) => end(() => reject(why));
      const abort = () => fail(this.signal.reason);
      const gone = () => fail(new Error('the bare WebSocket process ended'));
      const hear = (report: BareReport) => {
        if (report.kind === kind) end(() => resolve(report as Report<K>));
        else if (report.kind === 'failed') fail(new Error(`bare WebSockets: ${report.message}`));
      };
      const timer = setTimeout(
        () => fail(new Error(`no ${kind} of bare WebSockets within ${limitMs / 1_000} s`)),
        limitMs,
      );
      this.child.on('message', hear).on('exit', gone);
      if (this.signal.aborted) abort();
      else this.signal.addEventListener('abort', abort, { once: true });
      this.child.send(order);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** A bare server with as many clients, lent to a piece of work. */
export async function withBareSockets<Result>(
  { repository, sockets, signal }: { repository: string; sockets: number; signal: AbortSignal },
  work: (ends: { server: BareProcess; clients: BareProcess; connectMs: number }) => Promise<Result>,
  onServing: (server: BareProcess) => Promise<void> = async () => undefined,
): Promise<Result> {
  const server = new BareProcess(repository, signal);
  const clients = new BareProcess(repository, signal);
  try {
    const { port } = await server.ask({ kind: 'serve' }, 'listening');
    await onServing(server);
    const url = `ws://127.0.0.1:${port}`;
    const { ms } = await clients.ask({ kind: 'connect', url, sockets, ...beat }, 'connected');
    return await work({ server, clients, connectMs: ms });
  } finally {
    await Promise.all([server.stop(), clients.stop()]);
  }
}

/** As agents do: about every minute, about so many bytes. */
const beat = { beatMs: 60_000, beatBytes: 400 };
