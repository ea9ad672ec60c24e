import { readdirSync } from 'node:fs';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { agentFolderAt } from '../state/agent-folder.js';
import { FileDesiredCache } from '../state/desired-cache.js';
import { loadIdentity } from '../state/identity.js';
import { loadSettings } from '../state/settings.js';

/** What this host knows by itself, whether or not the centre is up. */
export function agentStatus(data: string): Record<string, unknown> {
  const folder = agentFolderAt(data);
  const settings = loadSettings(folder);
  const identity = loadIdentity(folder);
  const { rev, wanted, jobs } = new FileDesiredCache(folder.jobs, folder.registered).registered();
  return {
    name: identity?.name ?? null,
    agentId: identity?.agentId ?? null,
    server: settings.server,
    desiredRevision: rev,
    inSync: desiredHash(wanted) === desiredHash(jobs),
    tasks: jobs.map((job) => ({ path: job.path, version: job.version })),
    spool: {
      notCollected: readdirSync(folder.drop).length,
      outputFiles: readdirSync(folder.output).length,
    },
    running: readdirSync(folder.running).length,
  };
}
