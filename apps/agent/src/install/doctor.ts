import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { agentTask, agentTaskPath } from '@carillon/core/install/agent-task';
import { diskFinding, type Finding, ok, problem, skipped, warning } from '@carillon/core/install/findings';
import { programPlaceFinding } from '@carillon/core/install/program-place';
import { diffTasks } from '@carillon/wintask/task/diff';
import { folderHolder } from '../lib/folder-lock.js';
import { hostScheduler } from '../scheduler/host-scheduler.js';
import type { TaskScheduler } from '../scheduler/task-scheduler.js';
import { type AgentFolder, agentFolderAt } from '../state/agent-folder.js';
import { loadIdentity } from '../state/identity.js';
import { loadSettings, type Settings } from '../state/settings.js';
import { checkConnections, proxyFinding } from './connection-check.js';
import { agentProgram } from './install.js';
import { isElevated } from './rights.js';
import { tryScheduler } from './trial-task.js';

/** Looks at everything an agent needs on this host. Changes nothing but a trial task and a trial file, which it takes away. */
export async function examine(data: string): Promise<Finding[]> {
  const folder = agentFolderAt(data);
  const settings = settingsOf(folder);
  if ('check' in settings) return [settings, ...folderFindings(folder), diskOf(folder)];
  const scheduler = hostScheduler(settings.scheduler, folder.temporary);
  return [
    ok('enrolment', `${loadIdentity(folder)?.name} at ${settings.server}`),
    ...(await checkConnections(settings)),
    proxyFinding(settings.server, settings),
    await schedulerFinding(scheduler),
    await taskFinding(scheduler, folder),
    runningFinding(folder),
    programFinding(folder),
    eventLogFinding(),
    diskOf(folder),
    ...folderFindings(folder),
  ];
}

/** One line a finding, and below it what to do. */
export function describeFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ check, level, text, advice }) => {
      const line = `${level.padEnd(8)} ${check.padEnd(14)} ${text}\n`;
      return advice === undefined ? line : `${line}${' '.repeat(24)}-> ${advice}\n`;
    })
    .join('');
}

function settingsOf(folder: AgentFolder): Settings | Finding {
  const advice = 'join a server: carillon-agent install --server URL, with a join token in CARILLON_JOIN_TOKEN';
  try {
    if (loadIdentity(folder)?.agentId !== undefined) return loadSettings(folder);
    return problem('enrolment', `${folder.root} is not enrolled`, advice);
  } catch (error) {
    return problem('enrolment', messageOf(error), advice);
  }
}

async function schedulerFinding(scheduler: TaskScheduler): Promise<Finding> {
  try {
    await tryScheduler(scheduler);
    return ok('task-scheduler', 'a trial task was registered, read back and removed');
  } catch (error) {
    const advice =
      isElevated() === false
        ? 'this console has no administrator rights; try again with "Run as administrator"'
        : 'check that the Task Scheduler service runs and that this account may register tasks';
    return problem('task-scheduler', messageOf(error), advice);
  }
}

async function taskFinding(scheduler: TaskScheduler, folder: AgentFolder): Promise<Finding> {
  const advice = 'register it: carillon-agent install';
  try {
    const { task } = await scheduler.find(agentTaskPath);
    if (!task) return problem('agent-task', `${agentTaskPath} is not registered: nothing starts the agent`, advice);
    if (task.settings.enabled === false) return problem('agent-task', `${agentTaskPath} is switched off`, advice);
    const differences = diffTasks(agentTask(agentProgram(folder)), task).map(({ text }) => text);
    if (differences.length > 0)
      return warning('agent-task', `${agentTaskPath} is not as installed: ${differences.join('; ')}`, advice);
    return ok('agent-task', `${agentTaskPath} starts the agent at boot and keeps it running`);
  } catch (error) {
    return problem('agent-task', messageOf(error), advice);
  }
}

function runningFinding(folder: AgentFolder): Finding {
  const holder = folderHolder(folder.lock);
  if (holder) return ok('agent', `running, process ${holder.pid}`);
  const waiting = existsSync(folder.drop) ? readdirSync(folder.drop).length : 0;
  return problem(
    'agent',
    `not running${waiting > 0 ? `; runners have left ${waiting} events that nobody collects` : ''}`,
    `start it: carillon-agent install; why it ended is in ${folder.diary}`,
  );
}

const writableByOthers = 0o022;

function programFinding(folder: AgentFolder): Finding {
  const { command, arguments: words } = agentProgram(folder);
  const [first = ''] = words;
  const program = first.endsWith('js') ? first : command;
  // Windows' rights are lists; there the place decides.
  const paths = process.platform === 'win32' ? [] : [program, dirname(program)];
  const loose = paths.filter((path) => existsSync(path) && (statSync(path).mode & writableByOthers) !== 0);
  return programPlaceFinding(program, loose);
}

const eventLogName = 'Microsoft-Windows-TaskScheduler/Operational';

function askEventLog(): string {
  return execFileSync('wevtutil', ['gl', eventLogName, '/f:xml'], {
    encoding: 'latin1',
    timeout: 15_000,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Task Scheduler's own log says why a task did not start; it is switched off on many hosts [K]. */
export function eventLogFinding(platform: NodeJS.Platform = process.platform, ask = askEventLog): Finding {
  if (platform !== 'win32') return skipped('event-log', 'there is none off Windows');
  try {
    const enabled = /<channel\b[^>]*\benabled="(true|false)"/i.exec(ask())?.[1];
    if (enabled === 'true') return ok('event-log', `${eventLogName} is on and readable`);
    if (enabled === undefined) return skipped('event-log', 'its settings cannot be read here');
    const advice = `switch it on: wevtutil sl ${eventLogName} /e:true`;
    return warning('event-log', `${eventLogName} is off: why a task did not start cannot be told`, advice);
  } catch (error) {
    return warning(
      'event-log',
      `${eventLogName} cannot be read: ${messageOf(error).split('\n')[0]}`,
      'run this as an administrator; the agent itself runs as SYSTEM, which may',
    );
  }
}

function diskOf(folder: AgentFolder): Finding {
  try {
    const { bavail, bsize } = statfsSync(existsSync(folder.root) ? folder.root : '.');
    return diskFinding(bavail * bsize, folder.root);
  } catch (error) {
    return skipped('disk', messageOf(error));
  }
}

const others = 0o077;

function folderFindings(folder: AgentFolder): Finding[] {
  const { root, drop, log, jobs, temporary } = folder;
  const advice = 'run this as the account of the agent or as an administrator, or repair it: carillon-agent install';
  if (!existsSync(root)) return [problem('folder', `${root} does not exist`, 'carillon-agent install makes it')];
  for (const path of [root, drop, log, jobs, temporary]) {
    const trial = join(path, `trial-${process.pid}`);
    try {
      writeFileSync(trial, '');
      rmSync(trial);
    } catch (error) {
      return [problem('folder', `${path} cannot be written: ${messageOf(error)}`, advice)];
    }
  }
  // Windows' rights are lists; `install` sets them.
  if (process.platform === 'win32') return [ok('folder', `${root} can be written`)];
  const open = [root, folder.identity].filter((path) => existsSync(path) && (statSync(path).mode & others) !== 0);
  if (open.length === 0) return [ok('folder', `${root} can be written, by its owner only`)];
  return [problem('folder', `others may read or write ${open.join(' and ')}`, `chmod go-rwx ${open.join(' ')}`)];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
