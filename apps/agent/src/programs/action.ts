import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import type { Manifest } from '@carillon/core/job/job-spec';
import { type HostPolicy, openPolicy } from '@carillon/core/policy/host-policy';
import type { ActionContext } from '../actions/action-context.js';
import { ActionReport } from '../actions/action-report.js';
import { runAction } from '../actions/run-action.js';
import { loadPolicy } from '../policy/policy-file.js';
import { type AgentFolder, agentFolderAt } from '../state/agent-folder.js';
import { loadManifest } from '../state/desired-cache.js';
import { loadHostName, loadSignerKeys } from '../state/identity.js';
import { loadSettings } from '../state/settings.js';
import { sayDryRun } from './dry-run.js';

/**
 * Carries out the action of a job of this host, by the signed definition that is on its disk; nothing else says what it does.
 * @param job id, or name
 * @returns the exit code
 * @throws Error when there is no such job, or its definition is not signed by a pinned key
 */
export function carryOutAction(data: string, job: string): Promise<number> {
  const folder = agentFolderAt(data);
  const manifest = findManifest(folder, job);
  const report = new ActionReport(
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  );
  return runAction(manifest, contextOf(folder, manifest, report, false));
}

/**
 * Says what a start of a job of this host would do now, whatever it starts, and changes nothing.
 * @param job id, or name
 * @returns the exit code, `exitCodeOfDryRun`
 * @throws Error when there is no such job, or its definition is not signed by a pinned key
 */
export function foretell(data: string, job: string): Promise<number> {
  const folder = agentFolderAt(data);
  const manifest = findManifest(folder, job);
  const write = (bytes: Buffer) => void process.stdout.write(bytes);
  const act = (report: ActionReport) => runAction(manifest, contextOf(folder, manifest, report, true));
  return sayDryRun(folder, manifest, hostNameOf(folder), write, act);
}

function contextOf(folder: AgentFolder, manifest: Manifest, report: ActionReport, isDryRun: boolean): ActionContext {
  return {
    job: manifest.name,
    jobId: manifest.jobId,
    version: manifest.version,
    memory: folder.answered,
    ca: caOf(folder),
    host: hostNameOf(folder),
    isDryRun,
    nowMs: Date.now(),
    agentRoot: folder.root,
    policy: policyOf(folder),
    env: process.env,
    report,
  };
}

/** As the centre calls it, which sets are filed under. */
export function hostNameOf(folder: AgentFolder): string {
  return loadHostName(folder) ?? hostname();
}

/**
 * A job of this host, by id or name.
 * @throws Error when there is none, or its definition is not signed by a pinned key
 */
export function findManifest(folder: AgentFolder, job: string): Manifest {
  const load = (jobId: string) => loadManifest(folder.jobs, jobId, loadSignerKeys(folder), loadHostName(folder));
  if (/^[0-9a-f-]{36}$/.test(job)) return load(job);
  const ids = readdirSync(folder.jobs).flatMap((name) => (name.endsWith('.json') ? [basename(name, '.json')] : []));
  const found = ids.map(load).find(({ name }) => name.toLowerCase() === job.toLowerCase());
  if (!found) throw new Error(`no job ${job} on this host`);
  return found;
}

/** Accounts that may not read the policy run only what the agent, which may, has judged by it. */
function policyOf(folder: AgentFolder): HostPolicy {
  const state = loadPolicy(folder.policy);
  if (state.ok) return state.policy;
  if (state.isUnreadable) return openPolicy;
  throw new Error(`the policy of this host cannot be believed: ${state.problems.join('; ')}`);
}

/** Accounts that may not read the agent's settings trust what Node and the system do. */
function caOf(folder: AgentFolder): string | undefined {
  try {
    return loadSettings(folder)?.ca;
  } catch {
    return undefined;
  }
}
