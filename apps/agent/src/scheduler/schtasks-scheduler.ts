import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundTask } from '@carillon/core/desired/drift';
import type { AdoptionProblemText } from '@carillon/core/text/adoption-texts';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import {
  changeEnabledArguments,
  createArguments,
  createAskingArguments,
  createManagedArguments,
  deleteArguments,
  endArguments,
  queryAllCsvArguments,
  queryAllXmlArguments,
  queryXmlArguments,
  runArguments,
} from '@carillon/wintask/schtasks/arguments';
import { readQueryCsv, readQueryXml } from '@carillon/wintask/schtasks/query-output';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { diffTasks } from '@carillon/wintask/task/diff';
import { decodeTaskXml, readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { decodeConsoleOutput } from '@carillon/wintask/text/decode-console-output';
import type { PowershellAnswer } from '../lib/powershell.js';
import { retryWhileHeld } from '../lib/retry-while-held.js';
import type { OwnWrites } from './own-writes.js';
import type { RawListing } from './task-listing.js';
import { type Credential, SchedulerError, type TaskScheduler } from './task-scheduler.js';

const timeoutMs = 30_000;
const outputBytes = 4 * 1024 * 1024;

interface Answer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** What Windows has and an emulated Task Scheduler does not. */
interface WindowsHost {
  /** Windows' own task store, exact where it can be read; piped XML is in the OEM code page. */
  readonly taskStore?: string | undefined;
  /** The OEM code page, in which schtasks writes into pipes; guessed when it is not known. */
  readonly codePage?: number | undefined;
  /** Told when this agent changes tasks. */
  readonly ownWrites?: OwnWrites | undefined;
  /** Registers with a password, which schtasks takes from a console or the command line only [K]; exit code and words. */
  readonly registerWithPassword?: ((task: PasswordTask) => Promise<PowershellAnswer>) | undefined;
}

/** A task with its account and password, on the way to Windows. */
export interface PasswordTask {
  readonly path: string;
  readonly xml: string;
  readonly account: string;
  readonly password: string;
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
    private readonly host: WindowsHost = {},
  ) {}

  async register(path: string, definition: TaskDefinition, credential?: Credential): Promise<string[]> {
    await this.registerText(path, writeTaskXml(definition), credential);
    const registered = await this.read(path);
    if (!registered.ok)
      throw new SchedulerError(
        'read_back_failed',
        `the task was registered but cannot be read back: ${registered.problem.message}` satisfies HostFaultText,
      );
    return diffTasks(definition, registered.task).map((difference) => difference.text);
  }

  registerText(path: string, xml: string, credential?: Credential): Promise<void> {
    return this.noting(path, () => this.create(path, xml, credential));
  }

  private async create(path: string, xml: string, credential?: Credential): Promise<void> {
    const { registerWithPassword } = this.host;
    if (credential?.kind === 'password' && registerWithPassword) {
      const answer = await registerWithPassword({ path, xml, ...credential }).catch((error: Error) => {
        throw new SchedulerError('scheduler_unavailable', error.message);
      });
      if (answer.code === 0) return;
      throw new SchedulerError(
        'register_failed',
        answer.stderr.trim().slice(0, 1_500) || ('Windows said nothing' satisfies HostFaultText),
      );
    }
    const file = join(this.temporaryFolder, `${randomUUID()}.xml`);
    writeFileSync(file, encodeTaskXml(xml), { mode: 0o600 });
    try {
      const answer = await this.ask(
        credential?.kind === 'managed'
          ? createManagedArguments(path, file, credential.account)
          : credential
            ? createAskingArguments(path, file, credential.account)
            : createArguments(path, file),
        credential?.kind === 'password' ? `${credential.password}\n` : '',
      );
      if (answer.code !== 0) throw this.refusal('register_failed', answer);
    } finally {
      rmSync(file, { force: true });
    }
  }

  /** All tasks: one listing, and definitions from Windows' own store, else from one listing of all of them. */
  async listing(): Promise<RawListing> {
    const csv = await this.ask(queryAllCsvArguments());
    if (csv.code !== 0) throw this.refusal('read_failed', csv);
    const rows = readQueryCsv(csv.stdout, { codePage: this.host.codePage });
    const listed = this.host.taskStore === undefined ? await this.allDefinitions() : new Map<string, string>();
    return {
      rows,
      definition: (path) => {
        try {
          const stored = this.storedFile(path);
          const text = stored ? decodeTaskXml(readStored(stored)) : listed.get(path.toLowerCase());
          return text ?? { problem: 'its definition cannot be read by the agent' satisfies AdoptionProblemText };
        } catch (error) {
          return { problem: String(error) };
        }
      },
    };
  }

  private async allDefinitions(): Promise<Map<string, string>> {
    const answer = await this.ask(queryAllXmlArguments());
    if (answer.code !== 0) return new Map();
    const { tasks } = readQueryXml(answer.stdout, { codePage: this.host.codePage });
    return new Map(
      tasks.flatMap(({ path, task }) => (path ? [[path.toLowerCase(), writeTaskXml(task)] as const] : [])),
    );
  }

  async definitionText(path: string): Promise<string> {
    const stored = this.storedFile(path);
    if (stored) return decodeTaskXml(readStored(stored));
    const answer = await this.ask(queryXmlArguments(path));
    if (answer.code !== 0) throw this.refusal('read_failed', answer);
    return decodeTaskXml(answer.stdout, { codePage: this.host.codePage });
  }

  async setEnabled(path: string, enabled: boolean): Promise<void> {
    const answer = await this.noting(path, () => this.ask(changeEnabledArguments(path, enabled)));
    if (answer.code !== 0) throw this.refusal('switch_failed', answer);
  }

  async remove(path: string): Promise<void> {
    const answer = await this.noting(path, () => this.ask(deleteArguments(path)));
    if (answer.code === 0) return;
    // The exit code does not tell "no such task" from "not allowed": whether it is still there does.
    if ((await this.ask(queryXmlArguments(path))).code === 0) throw this.refusal('remove_failed', answer);
  }

  async start(path: string): Promise<void> {
    const answer = await this.ask(runArguments(path));
    if (answer.code !== 0) throw this.refusal('start_failed', answer);
  }

  async end(path: string): Promise<void> {
    const answer = await this.ask(endArguments(path));
    if (answer.code !== 0) throw this.refusal('end_failed', answer);
  }

  async find(path: string): Promise<FoundTask> {
    const stored = this.storedFile(path);
    if (stored) return foundIn(readTaskXml(readStored(stored)));
    const answer = await this.ask(queryXmlArguments(path));
    if (answer.code === 0) return foundIn(readTaskXml(answer.stdout, { codePage: this.host.codePage }));
    if (await this.isListed(path)) throw this.refusal('read_failed', answer);
    return { task: null, problem: null };
  }

  /** The exit code of a query does not tell "no such task" from "not allowed": the list of all tasks does. */
  private async isListed(path: string): Promise<boolean> {
    const answer = await this.ask(queryAllCsvArguments());
    if (answer.code !== 0) throw this.refusal('read_failed', answer);
    const rows = readQueryCsv(answer.stdout, { codePage: this.host.codePage });
    return rows.some((row) => row.path.toLowerCase() === path.toLowerCase());
  }

  private storedFile(path: string): string | undefined {
    const file = this.host.taskStore && join(this.host.taskStore, ...path.split('\\').filter(Boolean));
    return file && existsSync(file) ? file : undefined;
  }

  private async read(path: string) {
    const { codePage } = this.host;
    const stored = this.storedFile(path);
    if (stored) return readTaskXml(readStored(stored));
    const answer = await this.ask(queryXmlArguments(path)).catch((error: Error) => {
      throw new SchedulerError('read_back_failed', error.message);
    });
    if (answer.code !== 0) throw this.refusal('read_back_failed', answer);
    return readTaskXml(answer.stdout, { codePage });
  }

  private noting<T>(path: string, act: () => Promise<T>): Promise<T> {
    return this.host.ownWrites ? this.host.ownWrites.during(path, act) : act();
  }

  private ask(args: readonly string[], input = ''): Promise<Answer> {
    const [program = '', ...first] = this.command;
    return new Promise((resolve, reject) => {
      const options = { encoding: 'buffer', timeout: timeoutMs, maxBuffer: outputBytes, windowsHide: true } as const;
      const child = execFile(program, [...first, ...args], options, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number')
          reject(new SchedulerError('scheduler_unavailable', `${program}: ${error.message}`));
        else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
      // A program that asks nothing may be gone before it has read this.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
  }

  private refusal(code: SchedulerError['code'], answer: Answer): SchedulerError {
    const [error, output] = [answer.stderr, answer.stdout].map((bytes) =>
      decodeConsoleOutput(bytes, { codePage: this.host.codePage }).text.trim(),
    );
    return new SchedulerError(
      code,
      `schtasks exit code ${answer.code}: ${(error || output || 'it said nothing').slice(0, 1_500)}` satisfies HostFaultText,
    );
  }
}

function foundIn(read: ReturnType<typeof readTaskXml>): FoundTask {
  return read.ok ? { task: read.task } : { task: null, problem: read.problem.message };
}

/** Task Scheduler may be writing it. */
function readStored(path: string): Buffer {
  return retryWhileHeld(() => readFileSync(path));
}
