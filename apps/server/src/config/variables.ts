import { readFileSync } from 'node:fs';

/** A variable that does not say what it should. */
export class ConfigError extends Error {
  constructor(variable: string, expected: string, got: string | undefined) {
    super(
      `${variable}: expected ${expected}, got ${got === undefined || got === '' ? 'nothing' : JSON.stringify(got)}`,
    );
    this.name = 'ConfigError';
  }
}

/** A value, or the content of the file that `NAME_FILE` names: secrets need not stand in the environment. */
export function secret(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (env[name] || !file) return env[name];
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new ConfigError(`${name}_FILE`, 'a readable file', file);
  }
}

export function url(name: string, text: string | undefined, protocols: readonly string[]): string {
  const expected = `a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`;
  // The value may hold a password: it is not repeated in the message.
  if (!text || !URL.canParse(text) || !protocols.includes(new URL(text).protocol))
    throw new ConfigError(name, expected, text && '(hidden)');
  return text;
}

/** What stands between commas. */
export function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}
