import { existsSync, rmdirSync, rmSync } from 'node:fs';
import { agentTaskFolder, agentTaskPath, isTaskOf } from '@carillon/core/install/agent-task';
import { taskFolder } from '@carillon/core/job/task-for-job';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { hostScheduler } from '../scheduler/host-scheduler.js';
import type { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import { type AgentFolder, agentFolderAt } from '../state/agent-folder.js';
import { loadContact } from '../state/contact.js';
import { loadSettings } from '../state/settings.js';
import { fileReplacedMemory, ReplacedTasks } from '../sync/replaced-tasks.js';
import { stopAgent } from './running-agent.js';

export interface UninstallReport {
  /** Tasks that were taken away. */
  readonly removed: readonly string[];
  /** Tasks of the host's own that our jobs had stood in for: they are as they were before. */
  readonly restored: readonly string[];
  /** Tasks in our folders of Task Scheduler that are not ours: left alone. */
  readonly left: readonly string[];
  /** Events that the server has not had yet, as far as the agent had counted them. */
  readonly untold: number;
  /** Whether the agent's folder is gone as well. */
  readonly dataRemoved: boolean;
}

/** The tasks in our folders of Task Scheduler: those that are ours, and those that others put there. */
export async function tasksInOurFolders(
  scheduler: SchtasksScheduler,
  folder: AgentFolder,
): Promise<{ ours: string[]; others: string[] }> {
  const listing = await scheduler.listing();
  const all = [...new Set(listing.rows.map(({ path }) => path).filter(isInOurFolders))];
  const ours = all.filter((path) => isOurs(listing.definition(path), folder));
  return { ours, others: all.filter((path) => !ours.includes(path)) };
}

/**
 * Takes back everything `install` and the jobs have registered, and nothing else; asks nothing.
 * @param options.removeData also the agent's key, settings and what it has not told; kept otherwise
 * @throws Error when a task could not be taken away
 */
export async function uninstall(options: { data: string; removeData: boolean }): Promise<UninstallReport> {
  const folder = agentFolderAt(options.data);
  const scheduler = hostScheduler(loadSettings(folder).scheduler, folder.temporary);
  const { ours, others } = await tasksInOurFolders(scheduler, folder);
  // The agent first: it would put back what goes.
  const present = [...ours].sort((a, b) => Number(isAgentTask(b)) - Number(isAgentTask(a)));
  for (const path of present.filter(isAgentTask)) await scheduler.remove(path);
  await stopAgent(folder.lock);
  for (const path of present) if (!isAgentTask(path)) await scheduler.remove(path);
  const restored = await giveBack(scheduler, folder);
  const { eventsToSend } = loadContact(folder.contact);
  if (options.removeData) removeData(folder);
  return {
    removed: present,
    restored,
    left: others,
    untold: eventsToSend,
    dataRemoved: options.removeData,
  };
}

/** The same for people. */
export function describeUninstall(report: UninstallReport, data: string): string {
  const { removed, restored, left, untold, dataRemoved } = report;
  const lines = [
    ...removed.map((path) => `removed ${path}`),
    ...restored.map((path) => `${path} is as it was before a job stood in for it`),
    ...left.map((path) => `left alone, not ours: ${path}`),
    dataRemoved ? `removed ${data}` : `kept ${data}, with the key of this host; --remove-data removes it as well`,
    ...(untold > 0 ? [`the server has not had the last ${untold} events${dataRemoved ? '; they are gone' : ''}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

export function isAgentTask(path: string): boolean {
  return path.toLowerCase() === agentTaskPath.toLowerCase();
}

function isInOurFolders(path: string): boolean {
  return [taskFolder, agentTaskFolder].some((folder) => path.toLowerCase().startsWith(`${folder.toLowerCase()}\\`));
}

function isOurs(definition: string | { readonly problem: string }, folder: AgentFolder): boolean {
  const read = typeof definition === 'string' ? readTaskXml(definition) : undefined;
  const verbs = ['agent', 'run', 'upgrade-watch'] as const;
  return read?.ok === true && verbs.some((verb) => isTaskOf(read.task, verb, folder.root));
}

export async function giveBack(scheduler: SchtasksScheduler, folder: AgentFolder): Promise<string[]> {
  const memory = fileReplacedMemory(folder.replaced);
  const tasks = memory.load();
  // Nobody is left to report to.
  const replaced = new ReplacedTasks(scheduler, memory, () => undefined);
  for (const jobId of new Set(tasks.map((task) => task.jobId))) await replaced.release({ jobId, version: 1 });
  return tasks.map(({ path }) => path);
}

/** Only what is known to be ours: a folder given by mistake loses nothing of its own. */
function removeData(folder: AgentFolder): void {
  const { root, ...parts } = folder;
  const besides = [`${folder.lock}.held`, `${folder.diary}.1`];
  for (const path of [...Object.values(parts), ...besides]) rmSync(path, { recursive: true, force: true });
  for (const path of [`${root}/spool`, root]) {
    try {
      if (existsSync(path)) rmdirSync(path);
    } catch {
      // Something of somebody else's is in it.
    }
  }
}
