/** What an action says while it works, and how it ended. Its process's output is the run's output. */
export class ActionReport {
  private failed = 0;

  constructor(
    private readonly out: (text: string) => void,
    private readonly err: (text: string) => void,
  ) {}

  say(line: string): void {
    this.out(`${printable(line)}\n`);
  }

  /** Some part did not go as it should; the rest goes on. */
  problem(line: string): void {
    this.failed += 1;
    this.err(`${printable(line)}\n`);
  }

  get problems(): number {
    return this.failed;
  }

  /** The last line: numbers for whoever reads runs by machine. */
  result(facts: Readonly<Record<string, unknown>>): void {
    this.out(`::result ${JSON.stringify({ ...facts, problems: this.failed })}\n`);
  }
}

/** File names are anybody's text: none may begin a line of its own, or steer a console. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `12 KiB`, for people. */
export function describeBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const shown = bytes / 1024 ** at;
  return `${at === 0 || shown >= 100 ? Math.round(shown) : shown.toFixed(1)} ${units[at]}`;
}

/** What a failed call of the file system says, without the path twice. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    EACCES: 'access is denied',
    EPERM: 'access is denied',
    EBUSY: 'it is in use',
    ENOENT: 'it is not there',
    ENOSPC: 'the disk is full',
    EROFS: 'the disk is read-only',
    ELOOP: 'it is a link',
    EEXIST: 'it is there already',
  };
  return (code && words[code]) ?? message ?? String(error);
}
