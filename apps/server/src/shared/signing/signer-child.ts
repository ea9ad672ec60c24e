import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { SignerQuestion, SignerReply } from './signer-process.js';
import type { SignerCall } from './signer-requests.js';

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** It has ended before it answered; what it was asked may be asked again. */
export class SignerEnded extends Error {
  constructor() {
    super('the signer has ended and is started again; try again');
  }
}

/** The server's end of the pipe to its signer. One that died is started again by the next question. */
export class SignerChild {
  private child: ChildProcess | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private isStopped = false;

  constructor(
    private readonly signerKeyFile: string,
    /** What it had read is gone with it. */
    private readonly onDeath: () => void,
  ) {}

  /** Starts it. @returns the keys that it has; @throws Error saying why it cannot */
  async start(): Promise<unknown> {
    const child = fork(new URL('./signer-process.js', import.meta.url), [this.signerKeyFile], {
      // Nothing of the server's environment is for it, the database's password least of all.
      env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot },
      execArgv: ['--max-old-space-size=512'],
    });
    this.child = child;
    child.on('message', (reply: SignerReply) => this.take(reply));
    child.on('exit', () => this.died(child));
    child.on('error', () => this.died(child));
    return new Promise((resolve, reject) => this.waiting.set(0, { resolve, reject }));
  }

  async ask(call: SignerCall, ask: SignerQuestion['ask']): Promise<unknown> {
    if (this.isStopped) throw new Error('the signer is stopped');
    // Its pipe breaks before its end is told.
    if (this.child && !this.child.connected) this.died(this.child);
    if (!this.child) await this.start();
    const { child } = this;
    if (!child) throw new SignerEnded();
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      // What cannot be handed over tells of its end before anything else may.
      child.send({ id, call, ask } satisfies SignerQuestion, (error) => error && this.died(child));
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  }

  private take(reply: SignerReply): void {
    const entry = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    if ('error' in reply) entry?.reject(new Error(reply.error));
    else entry?.resolve(reply.answer);
  }

  private fail(id: number, error: Error): void {
    this.waiting.get(id)?.reject(error);
    this.waiting.delete(id);
  }

  private died(child: ChildProcess): void {
    if (this.child !== child) return;
    this.child = undefined;
    for (const id of [...this.waiting.keys()]) this.fail(id, new SignerEnded());
    this.onDeath();
  }
}
