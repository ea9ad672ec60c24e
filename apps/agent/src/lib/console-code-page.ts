import { execFileSync } from 'node:child_process';

const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage';

/** What `reg query` says; names of keys and values are the same in every language. */
function askRegistry(): string {
  return execFileSync('reg', ['query', key, '/v', 'OEMCP'], { encoding: 'latin1', timeout: 5_000, windowsHide: true });
}

/**
 * The code page in which this host's console programs write into pipes (OEMCP, such as 850) [K]; undefined off Windows
 * or when the registry does not say.
 */
export function consoleCodePage(platform: NodeJS.Platform = process.platform, ask = askRegistry): number | undefined {
  if (platform !== 'win32') return undefined;
  try {
    const found = /\bOEMCP\s+REG_SZ\s+(\d+)/.exec(ask())?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
