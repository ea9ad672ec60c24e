import { execFile } from 'node:child_process';
import type { HistoryState } from '@carillon/core/state/states';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import { readTaskEvents } from '@carillon/wintask/history/read-task-events';
import type { TaskEvent } from '@carillon/wintask/history/task-event';
import {
  describeLogArguments,
  endOfLogArguments,
  queryEventsArguments,
  readLogEnabled,
  switchHistoryOn,
} from '@carillon/wintask/history/wevtutil';
import { decodeConsoleOutput } from '@carillon/wintask/text/decode-console-output';

export interface HistoryStatus {
  readonly state: HistoryState;
  /** What to do about it, or what Windows said. */
  readonly message: string | null;
}

/** What the agent asks of Task Scheduler's log. */
export interface TaskHistory {
  /** Is it written, and can it be read? Never throws. */
  status(): Promise<HistoryStatus>;
  /** Records after one, oldest first, at most `limit`. @throws Error when the log cannot be read */
  read(afterRecordId: number, limit: number): Promise<TaskEvent[]>;
  /** Number of the newest record, 0 when there is none. @throws Error when the log cannot be read */
  newest(): Promise<number>;
}

const timeoutMs = 30_000;
const outputBytes = 16 * 1024 * 1024;

/** The log through `wevtutil`: fixed argument lists, no shell. */
export class WevtutilHistory implements TaskHistory {
  constructor(
    /** Program and first arguments. */
    private readonly command: readonly string[],
    /** Of the console, should the output not be Unicode. */
    private readonly codePage: number | undefined,
  ) {}

  async status(): Promise<HistoryStatus> {
    try {
      const enabled = readLogEnabled(await this.ask(describeLogArguments()), { codePage: this.codePage });
      if (enabled === true) return { state: 'on', message: null };
      if (enabled === false)
        return { state: 'off', message: `to switch it on: ${switchHistoryOn}` satisfies HostFaultText };
      return { state: 'unreadable', message: 'Windows does not say whether the log is on' satisfies HostFaultText };
    } catch (error) {
      return { state: 'unreadable', message: (error instanceof Error ? error.message : String(error)).slice(0, 2_000) };
    }
  }

  async read(afterRecordId: number, limit: number): Promise<TaskEvent[]> {
    const answer = await this.ask(queryEventsArguments(afterRecordId, limit));
    return readTaskEvents(answer, { codePage: this.codePage }).events;
  }

  async newest(): Promise<number> {
    const { events } = readTaskEvents(await this.ask(endOfLogArguments('newest')), { codePage: this.codePage });
    return events.at(-1)?.recordId ?? 0;
  }

  private ask(args: readonly string[]): Promise<Buffer> {
    const [program = '', ...first] = this.command;
    return new Promise((resolve, reject) => {
      const options = { encoding: 'buffer', timeout: timeoutMs, maxBuffer: outputBytes, windowsHide: true } as const;
      const child = execFile(program, [...first, ...args], options, (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const said = decodeConsoleOutput(stderr.length > 0 ? stderr : stdout, { codePage: this.codePage }).text.trim();
        reject(new Error(`wevtutil: ${said.slice(0, 1_500) || error.message}` satisfies HostFaultText));
      });
      child.stdin?.end();
    });
  }
}
