/** An expression found in a file, and where. */
export interface CronLine {
  readonly line: number;
  readonly expression: string;
}

const field = /^[0-9*?,/\-#LWA-Za-z]+$/;
/** A sixth word that could be a field of seconds or years, not a command. */
const numericField = /^(?:[0-9*?][0-9*?,/\-LW#]*|[A-Za-z]{3}(?:[-,][A-Za-z]{3})*)$/;

/**
 * Finds the expressions of a crontab or of a list of expressions: comments, blank lines and settings (`SHELL=…`) are
 * passed over, the command after five fields is left out, and what stands in front of a tab or inside quotes wins.
 */
export function readCronLines(text: string): CronLine[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const expression = expressionOf(raw.trim());
    return expression === undefined ? [] : [{ line: index + 1, expression }];
  });
}

function expressionOf(line: string): string | undefined {
  if (line === '' || line.startsWith('#') || /^[A-Za-z_]\w*\s*=/.test(line)) return undefined;
  const quoted = /(["'`])([^"'`]+)\1/.exec(line)?.[2]?.trim();
  if (quoted !== undefined && looksLikeOne(quoted)) return quoted;
  const words = line.split(/\s+/);
  if (line.startsWith('@')) return words.slice(0, /^@every$/i.test(words[0] ?? '') ? 2 : 1).join(' ');
  // A list that says more in further columns: the expression stands before the first tab, unless tabs part its fields.
  const [beforeTab = ''] = line.split('\t');
  if (line.includes('\t') && beforeTab.trim().includes(' ')) return beforeTab.trim();
  const commandAt = words.findIndex((word, index) => index >= 5 && !numericField.test(word));
  return words.slice(0, commandAt === -1 ? 7 : Math.min(commandAt, 7)).join(' ');
}

function looksLikeOne(text: string): boolean {
  const words = text.split(/\s+/);
  return text.startsWith('@') || (words.length >= 5 && words.length <= 7 && words.every((word) => field.test(word)));
}
