import { spawn } from 'node:child_process';
import { limits } from '@carillon/contract/limits';
import { BoundedText } from '@carillon/core/run/bounded-text';
import { dryRunOfExitCode } from '@carillon/core/run/dry-run';
import type { CommandText } from '@carillon/core/text/host-fault-texts';
import { type Command, selfCommand } from '../lib/self-command.js';
import type { Foretold } from './command-desk.js';

/** The program that makes the dry run of a job, and can make nothing else of it. */
export function dryRunCommand(root: string, jobId: string): Command {
  return selfCommand('action', '--dry-run', '--data', root, jobId);
}

/**
 * Lets a process of its own make a dry run: neither a large folder nor a slow disk holds the agent up, and one that does not
 * come to its end is ended.
 */
export function askDryRun({ command, arguments: words }: Command, limitMs: number): Promise<Foretold> {
  const answer = new BoundedText(limits.answerBytes);
  return new Promise((resolve) => {
    const child = spawn(command, words, {
      env: withoutOwn(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const fail = (code: string, message: CommandText) => resolve({ ok: false, code, message, answer: answer.text() });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      // What it has started may hold its output open; nobody waits for that.
      fail('dry_run_late', `the dry run did not end within ${limitMs / 1_000} s`);
    }, limitMs);
    child.stdout.on('data', (chunk: Buffer) => answer.take(chunk));
    child.stderr.on('data', (chunk: Buffer) => answer.take(chunk));
    child.once('error', (error) => {
      clearTimeout(timer);
      fail('dry_run_failed', `the dry run could not be started: ${error.message}`);
    });
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      const verdict = dryRunOfExitCode(exitCode);
      if (verdict) return resolve({ ok: true, verdict, answer: answer.text() });
      fail('dry_run_failed', `the dry run ended with exit code ${exitCode}`);
    });
  });
}

/** No run of another job, and no setting of the agent, may speak into it. */
function withoutOwn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('CARILLON_')));
}
