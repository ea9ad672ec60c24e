import { agentTask, agentTaskPath, isTaskOf } from '@carillon/core/install/agent-task';
import { diffTasks } from '@carillon/wintask/task/diff';
import type { FolderHolder } from '../lib/folder-lock.js';
import { agentCommand, selfCommand } from '../lib/self-command.js';
import { enroll } from '../programs/enroll.js';
import { hostScheduler } from '../scheduler/host-scheduler.js';
import { SchedulerError, type TaskScheduler } from '../scheduler/task-scheduler.js';
import { type AgentFolder, agentFolderAt, prepareAgentFolder } from '../state/agent-folder.js';
import { addReleaseKeys, loadIdentity } from '../state/identity.js';
import { loadSettings, type Settings, schedulerFrom, serverList, serversOf, storeSettings } from '../state/settings.js';
import { admitRunners, isElevated, protectFolder } from './rights.js';
import { agentStarted, stopAgent } from './running-agent.js';
import { tryScheduler } from './trial-task.js';

export interface InstallOptions {
  readonly data: string;
  /** Needed where the host is not enrolled yet. */
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly name?: string | undefined;
  /** Fingerprint of the centre's root key. */
  readonly root?: string | undefined;
  readonly proxy?: string | undefined;
  readonly ca?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  /** JSON list; only where there is no Task Scheduler. */
  readonly schtasksCommand?: string | undefined;
  /** Public keys of publishers whose releases of the agent are taken; added to those pinned before. */
  readonly releaseKeys?: readonly string[] | undefined;
  /** Whether the agent is started now, or at the next boot or within five minutes. */
  readonly start: boolean;
}

export interface InstallReport {
  /** Name in the centre. */
  readonly name: string | undefined;
  readonly server: string;
  readonly task: string;
  /** What was done to the agent's task. */
  readonly registered: 'new' | 'changed' | 'as it was';
  /** The agent that runs now. */
  readonly running: FolderHolder | undefined;
}

const startedWithinMs = 30_000;

/**
 * Makes this host's agent a task of Task Scheduler: enrolled if it is not, registered as itself, started. May be done
 * again at any time; what is right is left as it is.
 * @throws Error saying which right, option or answer was missing; nothing is registered then
 */
export async function install(options: InstallOptions, env: NodeJS.ProcessEnv): Promise<InstallReport> {
  if (isElevated() === false) throw needsAdministrator('this console has no administrator rights');
  const folder = agentFolderAt(options.data);
  prepareAgentFolder(folder);
  protectFolder(folder);
  const enrolled = loadIdentity(folder)?.agentId !== undefined;
  const known = enrolled ? loadSettings(folder) : undefined;
  const scheduler = hostScheduler(known?.scheduler ?? schedulerFrom(options.schtasksCommand, env), folder.temporary);
  // Before the join token is spent: a host that may not register tasks is no use to anybody.
  await tryScheduler(scheduler).catch(explained);
  if (known) checkServer(known, options.server, folder);
  else await join(options, env);
  addReleaseKeys(folder, options.releaseKeys ?? []);
  const settings = { ...loadSettings(folder), runner: selfCommand('run', '--data', folder.root) };
  storeSettings(folder, settings);
  admitRunners(folder);

  const registered = await registerAgent(scheduler, folder);
  if (registered !== 'as it was') await stopAgent(folder.lock);
  const running = options.start ? await start(scheduler, folder) : undefined;
  return { name: loadIdentity(folder)?.name, server: settings.server, task: agentTaskPath, registered, running };
}

/** The same for people. */
export function describeInstall({ name, server, task, registered, running }: InstallReport): string {
  const lines = [
    `enrolled as ${name} at ${server}`,
    registered === 'as it was' ? `${task} is registered already` : `${task} is registered`,
    running ? `the agent runs, process ${running.pid}` : 'the agent does not run yet; carillon-agent doctor says more',
  ];
  return `${lines.join('\n')}\n`;
}

/** What the agent's task must start, by this very program. */
export function agentProgram(folder: Pick<AgentFolder, 'root'>) {
  return agentCommand('--data', folder.root, '--log-file');
}

async function registerAgent(scheduler: TaskScheduler, folder: AgentFolder): Promise<InstallReport['registered']> {
  const wanted = agentTask(agentProgram(folder));
  const { task: before } = await scheduler.find(agentTaskPath);
  if (before && !isTaskOf(before, 'agent', folder.root))
    throw new Error(
      `${agentTaskPath}: starts something else than an agent in ${folder.root}; uninstall that one first`,
    );
  if (before && diffTasks(wanted, before).length === 0) return 'as it was';
  const differences = await scheduler.register(agentTaskPath, wanted).catch(explained);
  if (differences.length > 0)
    throw new Error(
      `${agentTaskPath}: Task Scheduler holds something else than it was given: ${differences.join('; ')}`,
    );
  return before ? 'changed' : 'new';
}

async function start(scheduler: TaskScheduler, folder: AgentFolder): Promise<FolderHolder | undefined> {
  await scheduler.start(agentTaskPath);
  return agentStarted(folder.lock, startedWithinMs);
}

async function join(options: InstallOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const { server, token } = options;
  if (!server) throw new Error('--server: this host is not enrolled yet; expected the URL of the server to join');
  if (!token) throw new Error('--token: this host is not enrolled yet; expected a join token, or CARILLON_JOIN_TOKEN');
  await enroll({ ...options, server, token }, env);
}

function checkServer(known: Settings, server: string | undefined, folder: AgentFolder): void {
  if (server === undefined || serverList(server).some((origin) => serversOf(known).includes(origin))) return;
  throw new Error(
    `--server: this host is enrolled with ${known.server}, not with ${server}; ` +
      `uninstall it first, or choose another --data than ${folder.root}`,
  );
}

function explained(error: unknown): never {
  if (error instanceof SchedulerError && error.code === 'register_failed') throw needsAdministrator(error.message);
  throw error;
}

function needsAdministrator(why: string): Error {
  return new Error(
    `registering tasks needs an administrator's rights; open a console with "Run as administrator" and try again (${why})`,
  );
}
