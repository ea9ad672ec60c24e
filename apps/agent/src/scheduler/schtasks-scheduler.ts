import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundTask } from '@carillon/core/desired/drift';
import {
  createArguments,
  deleteArguments,
  queryAllCsvArguments,
  queryXmlArguments,
  runArguments,
} from '@carillon/wintask/schtasks/arguments';
import { readQueryCsv } from '@carillon/wintask/schtasks/query-output';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { diffTasks } from '@carillon/wintask/task/diff';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { SchedulerError, type TaskScheduler } from './task-scheduler.js';

const timeoutMs = 30_000;
const outputBytes = 4 * 1024 * 1024;

interface Answer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Task Scheduler through its command line, by XML only (`/create /xml`): fixed argument lists, no shell, standard
 * input closed so that it cannot ask. Localized text is never interpreted, only passed on.
 */
export class SchtasksScheduler implements TaskScheduler {
  constructor(
    /** Program and first arguments. */
    private readonly command: readonly string[],
    /** For the definition files; deleted after use. */
    private readonly temporaryFolder: string,
    /** Windows' own task store, exact where it can be read; piped XML is in the OEM code page. */
    private readonly taskStore: string | undefined,
  ) {}

  async register(path: string, definition: TaskDefinition): Promise<string[]> {
    const file = join(this.temporaryFolder, `${randomUUID()}.xml`);
    writeFileSync(file, encodeTaskXml(writeTaskXml(definition)), { mode: 0o600 });
    try {
      const answer = await this.ask(createArguments(path, file));
      if (answer.code !== 0) throw refusal('register_failed', answer);
    } finally {
      rmSync(file, { force: true });
    }
    const registered = await this.read(path);
    if (!registered.ok)
      throw new SchedulerError(
        'read_back_failed',
        `the task was registered but cannot be read back: ${registered.problem.message}`,
      );
    return diffTasks(definition, registered.task).map((difference) => difference.text);
  }

  async remove(path: string): Promise<void> {
    const answer = await this.ask(deleteArguments(path));
    if (answer.code === 0) return;
    // The exit code does not tell "no such task" from "not allowed": whether it is still there does.
    if ((await this.ask(queryXmlArguments(path))).code === 0) throw refusal('remove_failed', answer);
  }

  async start(path: string): Promise<void> {
    const answer = await this.ask(runArguments(path));
    if (answer.code !== 0) throw refusal('start_failed', answer);
  }

  async find(path: string): Promise<FoundTask> {
    const stored = this.storedFile(path);
    if (stored) return foundIn(readTaskXml(readFileSync(stored)));
    const answer = await this.ask(queryXmlArguments(path));
    if (answer.code === 0) return foundIn(readTaskXml(answer.stdout));
    if (await this.isListed(path)) throw refusal('read_failed', answer);
    return { task: null, problem: null };
  }

  /** The exit code of a query does not tell "no such task" from "not allowed": the list of all tasks does. */
  private async isListed(path: string): Promise<boolean> {
    const answer = await this.ask(queryAllCsvArguments());
    if (answer.code !== 0) throw refusal('read_failed', answer);
    const rows = readQueryCsv(answer.stdout.toString('utf8'));
    return rows.some((row) => row.path.toLowerCase() === path.toLowerCase());
  }

  private storedFile(path: string): string | undefined {
    const file = this.taskStore && join(this.taskStore, ...path.split('\\').filter(Boolean));
    return file && existsSync(file) ? file : undefined;
  }

  private async read(path: string) {
    const stored = this.storedFile(path);
    if (stored) return readTaskXml(readFileSync(stored));
    const answer = await this.ask(queryXmlArguments(path)).catch((error: Error) => {
      throw new SchedulerError('read_back_failed', error.message);
    });
    if (answer.code !== 0) throw refusal('read_back_failed', answer);
    return readTaskXml(answer.stdout);
  }

  private ask(args: readonly string[]): Promise<Answer> {
    const [program = '', ...first] = this.command;
    return new Promise((resolve, reject) => {
      const options = { encoding: 'buffer', timeout: timeoutMs, maxBuffer: outputBytes, windowsHide: true } as const;
      const child = execFile(program, [...first, ...args], options, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number')
          reject(new SchedulerError('scheduler_unavailable', `${program}: ${error.message}`));
        else
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr: stderr.toString('utf8') });
      });
      child.stdin?.end();
    });
  }
}

function foundIn(read: ReturnType<typeof readTaskXml>): FoundTask {
  return read.ok ? { task: read.task } : { task: null, problem: read.problem.message };
}

function refusal(code: string, answer: Answer): SchedulerError {
  const said = (answer.stderr || answer.stdout.toString('utf8')).trim().slice(0, 1_500);
  return new SchedulerError(code, `schtasks exit code ${answer.code}: ${said || 'it said nothing'}`);
}
