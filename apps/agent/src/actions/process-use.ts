import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename } from 'node:path';
import type { ProcessUse } from '@carillon/core/action/metrics';
import { askPowershell } from '../lib/powershell.js';

/** One process at one look. */
export interface ProcessLook {
  /** Tells it from a later one of the same number. */
  readonly key: string;
  /** Of those that are asked for, in their order. */
  readonly index: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

export interface ProcessLooks {
  readonly before: readonly ProcessLook[];
  readonly after: readonly ProcessLook[];
  readonly elapsedMs: number;
}

/** What processes of some names use, all of a name together; `processors` share a hundred percent. */
export function useOf(
  names: readonly string[],
  { before, after, elapsedMs }: ProcessLooks,
  processors = cpus().length,
): (ProcessUse & { name: string })[] {
  const known = new Map(before.map(({ key, cpuMs }) => [key, cpuMs]));
  return names.map((name, index) => {
    const found = after.filter((look) => look.index === index);
    // One that began meanwhile has used all of its time meanwhile.
    const usedMs = found.reduce((sum, { key, cpuMs }) => sum + Math.max(0, cpuMs - (known.get(key) ?? 0)), 0);
    const percent = elapsedMs > 0 ? (100 * usedMs) / (elapsedMs * Math.max(1, processors)) : 0;
    return {
      name,
      count: found.length,
      cpuPercent: Math.min(100, percent),
      memoryBytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  });
}

/** Ticks of `/proc/PID/stat`; 100 a second on every Linux that Node runs on (USER_HZ). */
const tickMs = 10;
/** The kernel keeps so much of a name. */
const commCharacters = 15;

/** Processes of Linux by `/proc`; those that end while they are read are left out. Names are told apart by case. */
export function lookAtProc(names: readonly string[], root = '/proc'): ProcessLook[] {
  return readdirSync(root)
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        return lookAt(`${root}/${pid}`, pid, names);
      } catch {
        return [];
      }
    });
}

function lookAt(folder: string, pid: string, names: readonly string[]): ProcessLook[] {
  const stat = readFileSync(`${folder}/stat`, 'utf8');
  // Between the first and the last parenthesis stands a name, which may have blanks and parentheses itself.
  const comm = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const program = basename(readFileSync(`${folder}/cmdline`, 'utf8').split('\0')[0] ?? '');
  const index = names.findIndex((name) => name === program || name.slice(0, commCharacters) === comm);
  if (index < 0) return [];
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, started = ''] = [Number(fields[11]), Number(fields[12]), fields[19]];
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1];
  return [{ key: `${pid}/${started}`, index, cpuMs: (user + system) * tickMs, bytes: Number(resident ?? 0) * 1024 }];
}

/**
 * Input: `{ names, windowMs }`; prints `PHASE INDEX PID CPU-MS BYTES` a line for each process of two looks, then `end MS`.
 * Names stay out of what is printed, which comes in the OEM code page. Of a protected process the time is not told.
 */
export const processScript = `$ErrorActionPreference = 'Stop'; $r = [Console]::In.ReadToEnd() | ConvertFrom-Json
$names = @($r.names)
function Look($phase) {
  for ($i = 0; $i -lt $names.Count; $i++) {
    foreach ($p in @(Get-Process -Name $names[$i] -ErrorAction SilentlyContinue)) {
      $ms = [int64]0
      try { $ms = [int64]$p.TotalProcessorTime.TotalMilliseconds } catch { }
      [Console]::Out.WriteLine("$phase $i $($p.Id) $ms $([int64]$p.WorkingSet64)")
    }
  }
}
try {
  Look 0
  $watch = [Diagnostics.Stopwatch]::StartNew()
  Start-Sleep -Milliseconds $r.windowMs
  Look 1
  [Console]::Out.WriteLine("end $($watch.ElapsedMilliseconds)")
} catch { [Console]::Error.WriteLine($_.Exception.Message); exit 1 }
`;

/** What `processScript` printed. @throws Error when it did not come to its end */
export function readProcessLooks(printed: string): ProcessLooks {
  const elapsedMs = Number(/^end (\d+)\s*$/m.exec(printed)?.[1] ?? Number.NaN);
  if (Number.isNaN(elapsedMs)) throw new Error('processes: PowerShell did not tell them');
  const looks = [...printed.matchAll(/^([01]) (\d+) (\d+) (\d+) (\d+)\s*$/gm)].map(
    ([, phase, index, pid = '', cpuMs, bytes]) => ({
      phase,
      look: { key: pid, index: Number(index), cpuMs: Number(cpuMs), bytes: Number(bytes) },
    }),
  );
  const of = (wanted: string) => looks.flatMap(({ phase, look }) => (phase === wanted ? [look] : []));
  return { before: of('0'), after: of('1'), elapsedMs };
}

export async function lookByPowershell(names: readonly string[], windowMs: number): Promise<ProcessLooks> {
  const { code, stdout, stderr } = await askPowershell(processScript, { names, windowMs });
  if (code !== 0) throw new Error(`processes: ${stderr.trim() || `PowerShell ended with ${code}`}`);
  return readProcessLooks(stdout);
}
