import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { askPowershell } from '../lib/powershell.js';

export interface ServiceState {
  readonly name: string;
  readonly state: string;
}

/** Input: `{ names }`; prints `INDEX STATE` a line each. States are names of an enumeration, which are the same in all languages. */
export const serviceScript = `$ErrorActionPreference = 'Stop'; $r = [Console]::In.ReadToEnd() | ConvertFrom-Json
$names = @($r.names)
try {
  for ($i = 0; $i -lt $names.Count; $i++) {
    $s = Get-Service -Name $names[$i] -ErrorAction SilentlyContinue
    if ($s) { [Console]::Out.WriteLine("$i $($s.Status)") } else { [Console]::Out.WriteLine("$i missing") }
  }
} catch { [Console]::Error.WriteLine($_.Exception.Message); exit 1 }
`;

/** States by what the system says: of Windows' services, or of units of systemd. @throws Error when nobody can say */
export async function statesOfServices(names: readonly string[]): Promise<ServiceState[]> {
  if (names.length === 0) return [];
  if (process.platform !== 'win32') return Promise.all(names.map(stateOfUnit));
  const { code, stdout, stderr } = await askPowershell(serviceScript, { names });
  if (code !== 0) throw new Error(`services: ${stderr.trim() || `PowerShell ended with ${code}`}`);
  return readServiceStates(names, stdout);
}

/** What `serviceScript` printed. */
export function readServiceStates(names: readonly string[], printed: string): ServiceState[] {
  const states = new Map(
    [...printed.matchAll(/^(\d+) (\w+)\s*$/gm)].map(([, index, state = '']) => [Number(index), state.toLowerCase()]),
  );
  return names.map((name, index) => ({ name, state: states.get(index) ?? 'unknown' }));
}

async function stateOfUnit(name: string): Promise<ServiceState> {
  const words = ['show', '--property=LoadState,ActiveState', '--', name];
  try {
    const { stdout } = await promisify(execFile)('systemctl', words, { timeout: 10_000 });
    return { name, state: readUnitState(stdout) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      code === 'ENOENT' ? 'services: this host has no systemctl' : `services: systemctl: ${(error as Error).message}`,
    );
  }
}

/** `LoadState=loaded`, `ActiveState=active` -> the words that Windows has for it. */
export function readUnitState(printed: string): string {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(printed)?.[1]?.trim();
  if (value('LoadState') === 'not-found') return 'missing';
  const active = value('ActiveState') ?? 'unknown';
  return { active: 'running', inactive: 'stopped' }[active] ?? active;
}
