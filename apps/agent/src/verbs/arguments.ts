import { parseArgs } from 'node:util';

/** What the command line got wrong; exit code 2. */
export class UsageError extends Error {}

const options = {
  server: { type: 'string' },
  token: { type: 'string' },
  name: { type: 'string' },
  proxy: { type: 'string' },
  ca: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  data: { type: 'string' },
  'schtasks-command': { type: 'string' },
  'wevtutil-command': { type: 'string' },
  json: { type: 'boolean' },
  'log-file': { type: 'boolean' },
  'release-key': { type: 'string', multiple: true },
  root: { type: 'string' },
  'no-start': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  set: { type: 'string' },
  to: { type: 'string' },
  overwrite: { type: 'boolean' },
  'keep-data': { type: 'boolean' },
  'remove-data': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Options as given, and the words: the verb first. */
export function parseCommandLine(argv: readonly string[]) {
  try {
    return parseArgs({ args: withTheirValues(argv), options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** `--release-key -abc` -> `--release-key=-abc`: one key of sixty-four begins with a dash, which Node takes for an option. */
function withTheirValues(argv: readonly string[]): string[] {
  const isOption = (arg: string) => arg === '-h' || (arg.startsWith('--') && nameOf(arg) in options);
  const args: string[] = [];
  for (const arg of argv) {
    const before = args.at(-1) ?? '';
    const takesValue = Object.entries(options).some(([name, { type }]) => type === 'string' && before === `--${name}`);
    if (takesValue && arg.startsWith('-') && !isOption(arg)) args[args.length - 1] = `${before}=${arg}`;
    else args.push(arg);
  }
  return args;
}

function nameOf(arg: string): string {
  return arg.slice(2).split('=')[0] ?? '';
}

export type Values = ReturnType<typeof parseCommandLine>['values'];

/** One start of the program, for a verb. */
export interface Call {
  readonly values: Values;
  /** The agent's folder. */
  readonly data: string;
  /** What follows the verb. */
  readonly words: readonly string[];
}

/** What a verb does. @returns the exit code */
export type Verb = (call: Call) => number | Promise<number>;

/** To standard output: text as it is, anything else as JSON. */
export function print(answer: object | string): void {
  process.stdout.write(typeof answer === 'string' ? answer : `${JSON.stringify(answer, null, 2)}\n`);
}

export function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new UsageError(`${name}: expected a positive whole number, got ${JSON.stringify(text)}`);
}
