import type { Manifest } from '@carillon/core/job/job-spec';
import type { WatchedEntry } from '@carillon/wintask/schedule/schedule';
import type { HostWork } from '../commands/host-work.js';
import { fileMark } from '../lib/file-mark.js';
import { filesWithMarks } from '../lib/file-pattern.js';
import { cpuPercentBetween, cpuTimes, diskPercent, memoryPercent } from '../lib/host-metrics.js';
import type { Log } from '../lib/log.js';
import { runsOfJob } from '../runner/running-file.js';
import type { AgentFolder } from '../state/agent-folder.js';
import type { DesiredCache } from '../state/desired-cache.js';
import { readJson, writeJson } from '../state/files.js';
import { loadHostName } from '../state/identity.js';
import { manifestHere } from '../state/manifest-here.js';
import type { TriggerMemory, TriggerPorts } from './trigger-ports.js';

/** Files that one entry watches; of more, the first by name. */
const filesPerEntry = 10_000;

/** What the agent watches on this host, and how it starts jobs for it. */
export function hostTriggers(
  folder: AgentFolder,
  { cache, work, log }: { readonly cache: DesiredCache; readonly work: Pick<HostWork, 'start'>; readonly log: Log },
): TriggerPorts {
  return {
    jobs: registeredJobs(folder, cache),
    start: (jobId, ticket) => work.start(jobId, ticket),
    isUnderWay: (jobId) => runsOfJob(folder.running, jobId).length > 0,
    files: (pattern) => filesWithMarks(pattern, filesPerEntry),
    measure: hostMeasures(),
    memory: fileMemory(folder.watched),
    now: Date.now,
    log,
  };
}

/** Read again only when what is registered has changed: it is asked for every other second. */
function registeredJobs(folder: AgentFolder, cache: DesiredCache): () => readonly Manifest[] {
  let mark: string | undefined;
  let jobs: readonly Manifest[] = [];
  return () => {
    const now = fileMark(folder.registered);
    if (now === mark) return jobs;
    const manifests = cache.manifests();
    jobs = cache.registered().jobs.flatMap(({ manifestHash }) => {
      const text = manifests.get(manifestHash)?.text;
      return text === undefined ? [] : [manifestHere(text, loadHostName(folder))];
    });
    mark = now;
    return jobs;
  };
}

/** Processors are measured from one look to the next, at least a second apart. */
function hostMeasures(): TriggerPorts['measure'] {
  let before: { times: ReturnType<typeof cpuTimes>; atMs: number } | undefined;
  let percent: number | undefined;
  const cpu = () => {
    const now = { times: cpuTimes(), atMs: performance.now() };
    if (before && now.atMs - before.atMs < 1_000) return percent;
    percent = before && cpuPercentBetween(before.times, now.times);
    before = now;
    return percent;
  };
  const systemDisk = process.platform === 'win32' ? (process.env.SystemDrive ?? 'C:') : '/';
  return ({ metric, disk = systemDisk }: Extract<WatchedEntry, { kind: 'metric' }>) => {
    switch (metric) {
      case 'cpu':
        return cpu();
      case 'memory':
        return memoryPercent();
      case 'disk':
        return diskPercent(disk);
    }
  };
}

/** Kept in memory too: it is looked at often and changes seldom. A damaged file counts as none. */
function fileMemory(path: string): TriggerPorts['memory'] {
  let known: TriggerMemory | undefined;
  return {
    load: () => {
      if (known) return known;
      try {
        known = readJson<TriggerMemory>(path);
      } catch {
        known = undefined;
      }
      return known;
    },
    store: (memory) => {
      writeJson(path, memory);
      known = memory;
    },
  };
}
