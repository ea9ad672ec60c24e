import type { OutputLine } from './output-lines.js';

/** An attempt that was not the last, as the runner wrote it into the output. */
export interface EarlierAttempt {
  readonly attempt: number;
  /** When it ended. */
  readonly at: string;
  /** Null: it ran into its timeout. */
  readonly exitCode: number | null;
  /** Until the next one began, `1m`. */
  readonly wait: string;
}

const noted =
  /^carillon: attempt (\d{1,4}) of \d{1,4} (?:ran into its timeout|ended with exit code (\d{1,10}|null)); the next begins in ([\w. ]{1,40})$/;

/**
 * The attempts before the last one, by the runner's own lines in standard error. Output is written by programs, which may
 * write anything: unless there is just one line for each attempt, in order, null.
 * @param attempts how often the program was started, as the run says
 */
export function readAttempts(lines: readonly OutputLine[], attempts: number): EarlierAttempt[] | null {
  const found = lines.flatMap(({ stream, at, text }) => {
    const match = stream === 'stderr' ? noted.exec(text) : null;
    if (!match) return [];
    const [, attempt, code, wait = ''] = match;
    const exitCode = code === undefined || code === 'null' ? null : Number(code);
    return [{ attempt: Number(attempt), at, exitCode, wait }];
  });
  const isWhole = found.length === attempts - 1 && found.every(({ attempt }, index) => attempt === index + 1);
  return isWhole ? found : null;
}
