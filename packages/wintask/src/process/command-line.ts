/**
 * Splits a Windows command line into its arguments by the rules of CommandLineToArgvW for what follows the program:
 * blanks separate, quotes group, 2n backslashes before a quote give n and a quote, 2n+1 give n and a literal quote,
 * a doubled quote inside quotes is a literal quote. Source: CommandLineToArgvW docs, C runtime docs.
 */
export function splitCommandLine(line: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < line.length) {
    while (line[at] === ' ' || line[at] === '\t') at += 1;
    if (at >= line.length) break;
    const { argument, next } = readArgument(line, at);
    found.push(argument);
    at = next;
  }
  return found;
}

function readArgument(line: string, from: number): { argument: string; next: number } {
  let argument = '';
  let quoted = false;
  let at = from;
  while (at < line.length) {
    const character = line[at]!;
    if (!quoted && (character === ' ' || character === '\t')) break;
    if (character === '\\') {
      let end = at;
      while (line[end] === '\\') end += 1;
      const count = end - at;
      const beforeQuote = line[end] === '"';
      argument += '\\'.repeat(beforeQuote ? Math.floor(count / 2) : count);
      at = end;
      if (beforeQuote && count % 2 === 1) {
        argument += '"';
        at += 1;
      }
    } else if (character === '"') {
      if (quoted && line[at + 1] === '"') {
        argument += '"';
        at += 1;
      } else quoted = !quoted;
      at += 1;
    } else {
      argument += character;
      at += 1;
    }
  }
  return { argument, next: at };
}

/** Quotes one argument so that `splitCommandLine` and C programs read it back unchanged. */
export function quoteArgument(argument: string): string {
  if (argument !== '' && !/[ \t\n\v"]/.test(argument)) return argument;
  const escaped = argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1');
  return `"${escaped}"`;
}

/** Joins arguments into a Windows command line. Not for cmd.exe, whose own characters (`& | ^ %`) need more. */
export function joinCommandLine(args: readonly string[]): string {
  return args.map(quoteArgument).join(' ');
}
