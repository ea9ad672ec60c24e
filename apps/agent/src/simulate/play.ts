import { randomFrom } from '@carillon/core/random/random-from';
import type { RunState } from '@carillon/core/state/states';
import { seedOf } from './seed-of.js';

/** What a simulated program does. */
export interface Play {
  readonly durationMs: number;
  readonly state: Extract<RunState, 'succeeded' | 'warning' | 'failed' | 'timed_out'>;
  readonly reason: 'exit_code' | 'timeout' | null;
  /** Unsigned 32 bits; null for a timeout. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PlayRules {
  readonly seed: number;
  readonly failureRate: number;
  readonly longestRunMs: number;
}

const shortestRunMs = 50;
/** As programs on Windows end: errors of scripts, wrong usage, try again, not found, access denied, ended by Ctrl-C. */
const failures = [1, 1, 1, 2, 75, 127, 0x8007_0005, 0xc000_013a] as const;
const timeoutPart = 0.1;
/** Most programs say little, some say a lot. */
const usualOutputBytes = 400;
const mostOutputBytes = 16 * 1024;

/**
 * How the n-th run of a job on a host goes: decided by the seed and by nothing else, so that a fleet can be played again
 * whatever the machine's timing was.
 */
export function playOf({ seed, failureRate, longestRunMs }: PlayRules, host: string, job: string, count: number): Play {
  const random = randomFrom(seedOf(seed, host, job, count));
  const leastMs = Math.min(shortestRunMs, longestRunMs);
  const durationMs = Math.round(leastMs + random() * (longestRunMs - leastMs));
  const isFailure = random() < failureRate;
  const code = failures[Math.floor(random() * failures.length)] ?? 1;
  const isTimeout = random() < timeoutPart;
  const bytes = Math.min(mostOutputBytes, Math.round(-Math.log(1 - random()) * usualOutputBytes));
  const stdout = linesOf(`${job} on ${host}, run ${count}: simulated, no program was started`, bytes, random);
  if (!isFailure) return { durationMs, state: 'succeeded', reason: null, exitCode: 0, stdout, stderr: '' };
  if (isTimeout)
    return { durationMs, state: 'timed_out', reason: 'timeout', exitCode: null, stdout, stderr: 'it took too long\n' };
  return { durationMs, state: 'failed', reason: 'exit_code', exitCode: code, stdout, stderr: `error ${code}\n` };
}

/** Text that compresses about as well as a log does. */
function linesOf(first: string, bytes: number, random: () => number): string {
  let text = `${first}\n`;
  for (let line = 1; text.length < bytes; line += 1)
    text += `step ${line}: ${Math.floor(random() * 1e6)} rows in ${Math.floor(random() * 1e4)} ms, ${random().toString(36).slice(2)}\n`;
  return text;
}
