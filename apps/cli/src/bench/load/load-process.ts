import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Order } from './orders.js';

type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>;

/** The load program, from the side of whoever measures. It ends with its parent. */
export class LoadProcess {
  private readonly child: ChildProcess;
  private settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  /** @param signal ends the program, and with it what is waited for */
  constructor(signal: AbortSignal) {
    this.child = fork(fileURLToPath(new URL('./load-program.js', import.meta.url)), { stdio: 'inherit' });
    this.child.on('message', (answer: Answer) => this.settle?.resolve(answer));
    this.child.on('error', (error) => this.settle?.reject(error));
    this.child.on('exit', (code) => this.settle?.reject(new Error(`the load program ended with exit code ${code}`)));
    signal.addEventListener('abort', () => this.stop(), { once: true });
  }

  /** One at a time. @throws Error with the program's words when it fails, or ends */
  async carryOut<K extends Answer['kind']>(order: Order, expected: K): Promise<AnswerOf<K>> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.settle = { resolve, reject };
      this.child.send(order);
    });
    if (answer.kind === 'failed') throw new Error(`load: ${answer.message}`);
    if (answer.kind !== expected) throw new Error(`load: expected ${expected}, got ${answer.kind}`);
    return answer as AnswerOf<K>;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
