import { execFile } from 'node:child_process';
import { join } from 'node:path';

const timeoutMs = 60_000;
const outputBytes = 256 * 1024;

/** What a script of ours ended with. */
export interface PowershellAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one of our own fixed scripts in Windows PowerShell. What differs from call to call, secrets above all, goes
 * through standard input as JSON in plain ASCII and never stands on a command line, which everybody on the host can read.
 * @throws Error when there is no PowerShell
 */
export function askPowershell(
  script: string,
  input: object,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PowershellAnswer> {
  const program = join(env.SystemRoot ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const options = { encoding: 'utf8', timeout: timeoutMs, maxBuffer: outputBytes, windowsHide: true } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, powershellArguments(script), options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(new Error(`${program}: ${error.message}`));
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(asciiJson(input));
  });
}

/** Fixed for a script: the same for every account, task and password. */
export function powershellArguments(script: string): string[] {
  const encoded = Buffer.from(script, 'utf16le').toString('base64');
  return ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-EncodedCommand', encoded];
}

/** PowerShell reads its input in the OEM code page: everything beyond ASCII is escaped. */
export function asciiJson(value: object): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const readInput = `$ErrorActionPreference = 'Stop'; $r = [Console]::In.ReadToEnd() | ConvertFrom-Json`;
const sayError = `[Console]::Error.WriteLine($_.Exception.Message); exit 1`;

/** Input: `{ folder, name, xml, account, password }`. */
export const registerScript = `${readInput}
try {
  Register-ScheduledTask -TaskPath $r.folder -TaskName $r.name -Xml $r.xml -User $r.account -Password $r.password -Force | Out-Null
} catch { [Console]::Error.WriteLine($_.Exception.Message + ' (' + $_.FullyQualifiedErrorId + ')'); exit 1 }
`;

/** Input: `{ account }`; prints its SID. */
export const sidScript = `${readInput}
try {
  $n = $r.account -replace '^\\.\\\\', ($env:COMPUTERNAME + '\\')
  [Console]::Out.Write((New-Object System.Security.Principal.NTAccount($n)).Translate([System.Security.Principal.SecurityIdentifier]).Value)
} catch { ${sayError} }
`;
