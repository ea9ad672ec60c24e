import { ApiFailure } from '@carillon/contract/http/client';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { type CommandState, isOpenCommand, isRunUnderWay } from '@carillon/core/state/states';
import { CliError } from './errors.js';
import type { Session } from './session.js';
import type { CommandSummary, RunDetail } from './shapes.js';

const firstPollMs = 250;
const longestPollMs = 2_000;

/** A moment at which waiting ends without a result. */
export interface Deadline {
  readonly atMs: number;
  readonly seconds: number;
}

export function deadlineIn(session: Session, seconds: number | undefined): Deadline | undefined {
  return seconds === undefined ? undefined : { atMs: session.io.now() + seconds * 1000, seconds };
}

/** Waits until the agent has taken the command, or it never will: commands expire by themselves. */
export async function waitForAcceptance(
  session: Session,
  command: { id: string; host?: string },
  deadline: Deadline | undefined,
): Promise<CommandSummary> {
  return poll(session, `for ${command.host ?? 'the host'} to take the command`, deadline, async () => {
    const now = await session.call(jobRoutes.command, { id: command.id });
    return isOpenCommand(now.state as CommandState) ? undefined : now;
  });
}

/** Waits until the host has said what it was asked, or it never will. */
export async function waitForAnswer(
  session: Session,
  command: { id: string; host: string },
  deadline: Deadline | undefined,
): Promise<CommandSummary> {
  return poll(session, `for the answer of ${command.host}`, deadline, async () => {
    const now = await session.call(jobRoutes.command, { id: command.id });
    return isOpenCommand(now.state) || now.state === 'accepted' ? undefined : now;
  });
}

/** Did the host refuse the command, or never get it? */
export function isLostCommand(command: CommandSummary): boolean {
  return command.state === 'rejected' || command.state === 'expired' || command.state === 'indeterminate';
}

/** Waits until the run that a command started has ended. A command that starts none gives null. */
export async function waitForRun(
  session: Session,
  accepted: CommandSummary,
  deadline: Deadline | undefined,
): Promise<RunDetail | null> {
  let command = accepted;
  return poll(session, `for the run on ${accepted.host} to end`, deadline, async () => {
    if (isLostCommand(command)) return null;
    if (command.runId === null) {
      if (command.state === 'done') return null;
      command = await session.call(jobRoutes.command, { id: command.id });
      return undefined;
    }
    const run = await session.call(runRoutes.get, { id: command.runId }).catch((error: unknown) => {
      // The command's answer can arrive before the run's first event does.
      if (error instanceof ApiFailure && error.status === 404) return undefined;
      throw error;
    });
    return run && !isRunUnderWay(run.state) ? run : undefined;
  });
}

async function poll<T>(
  session: Session,
  what: string,
  deadline: Deadline | undefined,
  look: () => Promise<T | undefined>,
): Promise<T> {
  for (let wait = firstPollMs; ; wait = Math.min(wait * 1.5, longestPollMs)) {
    const found = await look();
    if (found !== undefined) return found;
    if (deadline && session.io.now() >= deadline.atMs) {
      throw new CliError(`waited ${deadline.seconds} s ${what}; it goes on without us`, { code: 'unavailable' });
    }
    await session.io.sleep(wait);
  }
}
