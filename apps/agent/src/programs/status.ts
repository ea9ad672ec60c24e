import { existsSync, readdirSync } from 'node:fs';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { keyFingerprint } from '@carillon/core/host/join-token';
import { agentVersion } from '../lib/agent-version.js';
import { folderHolder } from '../lib/folder-lock.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { type Contact, loadContact } from '../state/contact.js';
import { FileDesiredCache } from '../state/desired-cache.js';
import { loadIdentity } from '../state/identity.js';
import { loadSettings } from '../state/settings.js';

/** What this host knows by itself, whether or not the centre is up. */
export interface AgentStatus {
  readonly version: string;
  readonly name: string | null;
  readonly agentId: string | null;
  /** Of its key, to be compared with what the centre shows before it lets the host in; null where there is none. */
  readonly keyFingerprint: string | null;
  readonly server: string;
  readonly data: string;
  /** The agent's process; null when none works on this folder. */
  readonly agent: { readonly pid: number; readonly since: string } | null;
  readonly connected: boolean;
  readonly contact: Contact;
  readonly desiredRevision: number;
  /** Does Task Scheduler hold what the server last asked for, as far as the agent knows? */
  readonly inSync: boolean;
  readonly tasks: readonly { readonly path: string; readonly version: number }[];
  readonly spool: { readonly eventsToSend: number; readonly notCollected: number; readonly outputFiles: number };
  /** Runs under way. */
  readonly running: number;
}

/** @throws Error when the folder is not an agent's */
export function agentStatus(data: string): AgentStatus {
  const folder = agentFolderAt(data);
  const settings = loadSettings(folder);
  const identity = loadIdentity(folder);
  const { rev, wanted, jobs, pause } = new FileDesiredCache(folder.jobs, folder.registered).registered();
  const holder = folderHolder(folder.lock);
  const contact = loadContact(folder.contact);
  return {
    version: agentVersion,
    name: identity?.name ?? null,
    agentId: identity?.agentId ?? null,
    keyFingerprint: identity ? keyFingerprint(identity.publicKey, sha256Hex) : null,
    server: settings.server,
    data: folder.root,
    agent: holder ? { pid: holder.pid, since: holder.since } : null,
    connected: holder !== undefined && contact.connectedSince !== null,
    contact,
    desiredRevision: rev,
    inSync: desiredHash(wanted, pause) === desiredHash(jobs, pause),
    tasks: jobs.map((job) => ({ path: job.path, version: job.version })),
    spool: {
      eventsToSend: contact.eventsToSend,
      notCollected: countIn(folder.drop),
      outputFiles: countIn(folder.output),
    },
    running: countIn(folder.running),
  };
}

export function countIn(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

/** The same for people: one thing a line. */
export function describeStatus(status: AgentStatus, nowMs: number): string {
  const { agent, contact, spool, tasks } = status;
  const rows: [string, string][] = [
    ['host', `${status.name ?? 'not enrolled'} (agent ${status.version})`],
    ...(status.keyFingerprint ? [['key', status.keyFingerprint] as [string, string]] : []),
    ['agent', agent ? `running${forTime(agent.since, nowMs)}, process ${agent.pid}` : 'not running'],
    [
      'server',
      `${status.server}, ${status.connected ? `connected${forTime(contact.connectedSince, nowMs)}${contact.waits ? ', waits until somebody lets this host in' : ''}` : 'not connected'}`,
    ],
    [
      'last contact',
      contact.lastContactAt ? `${ageOf(contact.lastContactAt, nowMs)} ago, ${contact.lastContactAt}` : 'never',
    ],
    ...(contact.trouble && !status.connected ? [['trouble', contact.trouble] as [string, string]] : []),
    ['tasks', `${tasks.length}, ${status.inSync ? 'as the server wants them' : 'not as the server wants them'}`],
    ['runs', `${status.running} under way`],
    [
      'not told yet',
      `${spool.eventsToSend} events, ${spool.notCollected} not collected, output of ${spool.outputFiles} runs`,
    ],
    ['folder', status.data],
  ];
  return rows.map(([name, text]) => `${name.padEnd(13)} ${text}\n`).join('');
}

/** Agents before this one did not write since when they run. */
function forTime(since: string | null, nowMs: number): string {
  return since ? ` for ${ageOf(since, nowMs)}` : '';
}

function ageOf(at: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(at)) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
