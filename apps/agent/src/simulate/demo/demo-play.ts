import type { PlayFailure, PlayScript } from '@carillon/contract/fleet/demo-messages';
import { type ActionRun, isAction } from '@carillon/core/action/action-spec';
import type { Manifest } from '@carillon/core/job/job-spec';
import { randomFrom } from '@carillon/core/random/random-from';
import { judgeRun } from '@carillon/core/run/outcome';
import type { Play } from '../play.js';
import { seedOf } from '../seed-of.js';

export interface DemoPlayFacts {
  readonly seed: number;
  readonly plays: Readonly<Record<string, PlayScript>>;
  /** When the fleet was first started: what goes wrong does so relative to it. */
  readonly beganMs: number;
}

/** A job that the demo does not have of itself: nobody is to take its runs for real ones. */
function madeUp({ run }: Manifest): PlayScript {
  const { says, ...takes } = isAction(run) ? whileStopped(run.kind) : onlyPlayed(run);
  return { ...takes, says: says.map((line) => `this is a demo: ${line}`), failures: [] };
}

/** Actions are carried out, but for those that were due while the demo did not run. */
function whileStopped(kind: string) {
  return {
    shortestMs: 200,
    longestMs: 900,
    says: [`it was stopped when this run was due, and nothing was carried out (${kind})`],
  };
}

function onlyPlayed(run: Exclude<Manifest['run'], ActionRun>) {
  const what = run.kind === 'program' ? run.program : `the ${run.kind} of this job`;
  return {
    ...{ shortestMs: 500, longestMs: 4_000 },
    says: [
      `{host} is made up, ${what} was not started, and this run is only played`,
      'what a program writes would stand here, such as',
      '{time} {n:200-9000} rows read, {n:0-40} of them new',
      '{time} done, exit code 0',
    ],
  };
}

const hourMs = 3_600_000;

/** How a run of a job of the demo goes: decided by the seed, the host, the job and its number. */
export function demoPlayOf(
  { seed, plays, beganMs }: DemoPlayFacts,
  run: { host: string; manifest: Manifest; count: number; atMs: number },
): Play {
  const { host, manifest, count, atMs } = run;
  const script = plays[manifest.name] ?? madeUp(manifest);
  const random = randomFrom(seedOf(seed, host, manifest.name, count));
  const { shortestMs, longestMs, says } = script;
  // Most runs are near the shortest, some take long.
  const usualMs = Math.round(shortestMs + (longestMs - shortestMs) * random() ** 2);
  const failure = script.failures.find((one) => fits(one, host, beganMs, atMs) && random() < one.rate);
  const fill = (lines: readonly string[]) => filled(lines, { host, atMs, random });
  const stdout = fill(failure ? says.slice(0, Math.ceil(says.length / 2)) : says);
  if (!failure) {
    const end = judgeRun({ kind: 'exited', exitCode: 0 }, manifest.exitCodes);
    return { ...playState(end.state), durationMs: usualMs, exitCode: 0, stdout, stderr: '' };
  }
  const stderr = fill(failure.says);
  if (failure.exitCode === null)
    return {
      ...{ state: 'timed_out', reason: 'timeout', exitCode: null },
      durationMs: manifest.timeoutMs ?? usualMs,
      ...{ stdout, stderr },
    };
  const end = judgeRun({ kind: 'exited', exitCode: failure.exitCode }, manifest.exitCodes);
  return { ...playState(end.state), durationMs: usualMs, exitCode: failure.exitCode, stdout, stderr };
}

function playState(state: string): Pick<Play, 'state' | 'reason'> {
  if (state === 'succeeded') return { state, reason: null };
  return { state: state === 'warning' ? state : 'failed', reason: 'exit_code' };
}

function fits({ hosts, sinceHours, untilHours }: PlayFailure, host: string, beganMs: number, atMs: number): boolean {
  if (hosts !== null && !hosts.includes(host)) return false;
  const agoHours = (beganMs - atMs) / hourMs;
  return (sinceHours === null || agoHours <= sinceHours) && (untilHours === null || agoHours >= untilHours);
}

const placeholder = /\{(host|site|date|time|n:(\d+)-(\d+)|pick:([^}]+))\}/g;

function filled(lines: readonly string[], facts: { host: string; atMs: number; random: () => number }): string {
  const { host, atMs, random } = facts;
  const at = new Date(atMs).toISOString();
  return lines
    .map((line) =>
      line.replace(placeholder, (_, name: string, from?: string, to?: string, choices?: string) => {
        if (from !== undefined) return String(Number(from) + Math.floor(random() * (Number(to) - Number(from) + 1)));
        if (choices !== undefined) {
          const all = choices.split('|');
          return all[Math.floor(random() * all.length)] ?? '';
        }
        const words: Record<string, string> = {
          host,
          site: host.split('-')[0] ?? '',
          date: at.slice(0, 10),
          time: at.slice(11, 19),
        };
        return words[name] ?? '';
      }),
    )
    .map((line) => `${line}\r\n`)
    .join('');
}
