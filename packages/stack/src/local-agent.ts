import { execFile } from 'node:child_process';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LocalApi } from './api.js';
import type { DataFolder } from './data-folder.js';
import type { Programs } from './programs.js';

const labelOfPlatform: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'macos', win32: 'windows' };

/**
 * Makes sure that the agent of this machine is enrolled with this server. One that belongs to another database
 * is put aside, not deleted: its spool may hold runs that were never told.
 */
export async function ensureLocalAgent(
  api: LocalApi,
  folder: DataFolder,
  programs: Programs,
  onProgress: (text: string) => void,
): Promise<void> {
  const identity = join(folder.agent, 'identity.json');
  if (existsSync(identity)) {
    const { agentId } = JSON.parse(readFileSync(identity, 'utf8')) as { agentId?: string };
    if (agentId && (await isKnown(api, agentId))) return;
    renameSync(folder.agent, `${folder.agent}.unknown-${new Date().toISOString().replaceAll(':', '')}`);
  }
  onProgress('enrolling the local agent');
  const labels = { site: 'local', os: labelOfPlatform[process.platform] ?? process.platform };
  const { token } = await api.call<{ token: string }>('POST', '/enrolment-tokens', { labels, expiresInMinutes: 10 });
  const emulated = (program: string) => JSON.stringify([process.execPath, program, '--store', folder.taskStore]);
  const args = [
    programs.agent,
    'enroll',
    '--server',
    api.url,
    '--data',
    folder.agent,
    '--name',
    hostname(),
    '--schtasks-command',
    emulated(programs.schtasks),
    '--wevtutil-command',
    emulated(programs.wevtutil),
  ];
  // The token goes by environment: a command line can be read by everybody on the machine.
  await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, CARILLON_JOIN_TOKEN: token },
    timeout: 60_000,
  });
}

async function isKnown(api: LocalApi, agentId: string): Promise<boolean> {
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: { id: string }[]; next: string | null } = await api.call('GET', `/hosts?limit=500${query}`);
    if (page.items.some((host) => host.id === agentId)) return true;
    cursor = page.next;
  } while (cursor !== null);
  return false;
}
