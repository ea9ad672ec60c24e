import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { closeFolder, openToRunners, type RightsCall, shareFile } from '@carillon/core/install/folder-rights';
import type { AgentFolder } from '../state/agent-folder.js';

const options = { timeout: 60_000, windowsHide: true } as const;

/** Integrity level High, of the SID that tells a process's level: names are localized. */
const highLevel = 12_288;

function askLevel(): string {
  return execFileSync('whoami', ['/groups', '/fo', 'csv', '/nh'], { ...options, encoding: 'latin1' });
}

/** Does this process have an administrator's rights [K]? Undefined off Windows and where the system does not say. */
export function isElevated(platform: NodeJS.Platform = process.platform, ask = askLevel): boolean | undefined {
  if (platform !== 'win32') return undefined;
  try {
    const level = /\bS-1-16-(\d+)\b/.exec(ask())?.[1];
    return level === undefined ? undefined : Number(level) >= highLevel;
  } catch {
    return undefined;
  }
}

/** Closes an agent's folder to everybody but SYSTEM and administrators [K]; the mode of the folder does it elsewhere. */
export function protectFolder(folder: Pick<AgentFolder, 'root'>): void {
  if (process.platform === 'win32') closeFolder(folder).forEach(icacls);
}

/** Lets the runners of jobs that run as a service account at what they need [K]. */
export function admitRunners(folder: AgentFolder, accounts?: readonly string[]): void {
  if (process.platform !== 'win32') return;
  const { root, identity, private: closed, tickets, stops, running, answered, drop, output, room } = folder;
  const writtenByRunners = [tickets, stops, running, answered, drop, output, room];
  for (const call of openToRunners({ root, identity, closed, writtenByRunners }, accounts))
    if (existsSync(call.path)) icacls(call);
}

/** The same for the programs of one account [K]. @param account its SID, or its name */
export function admitAccount(folder: AgentFolder, account: string): void {
  admitRunners(folder, [/^S-1-/i.test(account) ? `*${account}` : account]);
}

/** Lets one account read a file, and no other but SYSTEM and administrators [K]. @param account its SID, or its name */
export function shareWith(path: string, account: string): void {
  if (process.platform === 'win32') icacls(shareFile(path, /^S-1-/i.test(account) ? `*${account}` : account));
}

/** @throws Error with what icacls said */
function icacls({ path, arguments: args }: RightsCall): void {
  execFileSync(join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'icacls.exe'), [path, ...args, '/q'], options);
}
