import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../lib/io.js';
import { runCli } from '../program.js';

/** What one command line wrote and how it ended. */
export interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order they were written. */
  readonly writes: readonly { stream: 'stdout' | 'stderr'; text: string }[];
}

/** An empty folder to work in, and a world without anything else. */
export class CliHarness {
  readonly folder = mkdtempSync(join(tmpdir(), 'carillon-cli-'));
  env: Record<string, string | undefined> = {};
  isTTY = false;
  stdin: string | Uint8Array = '';
  nowMs = Date.parse('2026-03-01T12:00:00Z');

  /** Writes a file into the folder and gives its name. */
  file(name: string, text: string | Uint8Array): string {
    writeFileSync(join(this.folder, name), text);
    return name;
  }

  async run(...argv: string[]): Promise<Answer> {
    const writes: { stream: 'stdout' | 'stderr'; text: string }[] = [];
    const exitCode = await runCli(argv, this.#io(writes));
    const textOf = (stream: string) => writes.filter((write) => write.stream === stream).map((write) => write.text);
    return { exitCode, stdout: textOf('stdout').join(''), stderr: textOf('stderr').join(''), writes };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #io(writes: { stream: 'stdout' | 'stderr'; text: string }[]): Io {
    const sink = (stream: 'stdout' | 'stderr') => ({
      isTTY: this.isTTY,
      write: (text: string) => void writes.push({ stream, text }),
    });
    const stdin = this.stdin;
    return {
      stdout: sink('stdout'),
      stderr: sink('stderr'),
      stdin: (async function* pieces() {
        yield typeof stdin === 'string' ? Buffer.from(stdin) : stdin;
      })(),
      env: this.env,
      cwd: this.folder,
      repository: this.folder,
      userName: 'tester',
      now: () => this.nowMs,
      // Waiting costs no time, and always lets answers come in.
      sleep: async (ms) => {
        this.nowMs += ms;
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
  }
}
