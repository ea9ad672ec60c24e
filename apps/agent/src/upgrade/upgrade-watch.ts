import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { agentTaskPath, upgradeTaskPath } from '@carillon/core/install/agent-task';
import { nextTrialStep } from '@carillon/core/upgrade/upgrade-trial';
import { stopAgent } from '../install/running-agent.js';
import { folderHolder } from '../lib/folder-lock.js';
import type { Log } from '../lib/log.js';
import type { TaskScheduler } from '../scheduler/task-scheduler.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { clearReplaced, replaceProgram } from './program-file.js';
import { type TrialFile, UpgradeFiles } from './upgrade-files.js';
import { resultOf } from './upgrader.js';

const lookMs = 500;
/** A program that ends at once is not started again all the time. */
const startEveryMs = 10_000;

/**
 * Puts a new version of the agent in place, sees that it connects to the server, and goes back to the former one when it
 * does not. It runs from the former program, as a task of its own that starts again at boot and every minute until all is
 * decided; each step can be done again.
 */
export async function watchUpgrade(folder: AgentFolder, scheduler: TaskScheduler, log: Log): Promise<void> {
  const files = new UpgradeFiles(folder.upgrade);
  let placed: string | undefined;
  let placedMs = files.trial?.startedMs ?? 0;
  let startedMs = 0;
  for (let trial = files.trial; trial; trial = files.trial) {
    const holder = folderHolder(folder.lock);
    const running = holder !== undefined;
    const decision = nextTrialStep(trial, { nowMs: Date.now(), confirmedVersion: files.confirmedVersion, running });
    if (decision.step === 'keep') {
      log.info('an upgrade is done', { version: trial.version });
      files.storeResult(resultOf(trial.version, 'installed'), trial.plan);
      // The former one stays: this watch runs from it.
      files.keepOnlyVersions([trial.version, trial.fromVersion]);
      files.endTrial();
    } else if (decision.step === 'revert') {
      log.warn('an upgrade is taken back', { version: trial.version, why: decision.reason });
      await putInPlace(trial.previous, trial, folder, scheduler);
      const result = resultOf(trial.version, 'failed', { code: 'reverted', message: decision.reason });
      files.storeResult(result, trial.plan);
      files.keepOnlyVersions([trial.fromVersion]);
      files.endTrial();
      await scheduler.start(agentTaskPath);
    } else {
      if (placed !== trial.sha256) {
        if (!isInPlace(trial)) {
          await putInPlace(trial.next, trial, folder, scheduler);
          placedMs = Date.now();
        }
        placed = trial.sha256;
      } else if (holder && Date.parse(holder.since) < placedMs) {
        // Somebody started the former program just before the new one was in its place.
        await stopAgent(folder.lock);
      } else if (!running && Date.now() - startedMs >= startEveryMs) {
        startedMs = Date.now();
        await scheduler.start(agentTaskPath);
      }
      await wait(lookMs);
    }
    clearReplaced(trial.program);
  }
  await scheduler.remove(upgradeTaskPath);
}

/** The agent must not run while its program is changed: what it starts meanwhile would be neither. */
async function putInPlace(
  source: string,
  { program }: TrialFile,
  folder: AgentFolder,
  scheduler: TaskScheduler,
): Promise<void> {
  await stopAgent(folder.lock);
  // A program that hangs before it takes its folder: its task would count as running for ever.
  await scheduler.end(agentTaskPath).catch(() => undefined);
  replaceProgram(program, source);
}

function isInPlace({ program, sha256 }: TrialFile): boolean {
  return existsSync(program) && createHash('sha256').update(readFileSync(program)).digest('hex') === sha256;
}
