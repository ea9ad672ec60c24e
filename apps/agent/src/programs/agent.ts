import { join } from 'node:path';
import { hostKeyCapability, leaveCapability } from '@carillon/contract/agent/host-key-messages';
import { limits } from '@carillon/contract/limits';
import { agentTaskPath, isTaskOf } from '@carillon/core/install/agent-task';
import type { Manifest } from '@carillon/core/job/job-spec';
import { taskFolder } from '@carillon/core/job/task-for-job';
import { sealedSecrets } from '@carillon/core/secrets/secret-use';
import type { DriftKind } from '@carillon/core/state/states';
import { upgradeCapability } from '@carillon/core/upgrade/upgrade-plan';
import { CentralSecrets } from '../accounts/central-secrets.js';
import { hostAccounts } from '../accounts/host-accounts.js';
import { JobSecrets } from '../accounts/job-secrets.js';
import { PasswordFile } from '../accounts/password-file.js';
import { Collector } from '../collect/collector.js';
import { EventSender } from '../collect/event-sender.js';
import { knownRuns } from '../collect/forgotten-runs.js';
import { OutputShipper } from '../collect/output-shipper.js';
import { FileOutputSource } from '../collect/output-source.js';
import { SpoolKeeper } from '../collect/spool-keeper.js';
import { CommandDesk } from '../commands/command-desk.js';
import { FileCommandJournal } from '../commands/command-journal.js';
import { HostWork } from '../commands/host-work.js';
import { shareWith } from '../install/rights.js';
import { agentVersion } from '../lib/agent-version.js';
import { consoleCodePage } from '../lib/console-code-page.js';
import { watchFile } from '../lib/file-mark.js';
import { lockFolder } from '../lib/folder-lock.js';
import { hostFactsOf } from '../lib/host-facts.js';
import type { Log } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import { trimHeap } from '../lib/trim-heap.js';
import { keepLinked } from '../link/link-loop.js';
import { PolicyFile } from '../policy/policy-file.js';
import { dropEvent } from '../runner/drop-event.js';
import { readJobMemory } from '../runner/job-memory.js';
import { storeScript } from '../runner/script-file.js';
import { hostScheduler, taskStoreOf } from '../scheduler/host-scheduler.js';
import { OwnWrites } from '../scheduler/own-writes.js';
import { WevtutilHistory } from '../scheduler/task-history.js';
import { lastStartsOf, listTasks } from '../scheduler/task-listing.js';
import { agentFolderAt, prepareAgentFolder } from '../state/agent-folder.js';
import { ApprovalKeeper, fileApprovals } from '../state/approvals.js';
import { AuditWitness } from '../state/audit-witness.js';
import { ContactKeeper } from '../state/contact.js';
import { FileDesiredCache } from '../state/desired-cache.js';
import { FileEventLog, type UnnumberedEvent } from '../state/event-log.js';
import { loadIdentity, loadReleaseKeys, tellRunnersName } from '../state/identity.js';
import { KeyKeeper } from '../state/key-keeper.js';
import { loadLeaveFile } from '../state/leave-file.js';
import { manifestHere } from '../state/manifest-here.js';
import { loadPause, storePause } from '../state/pause-file.js';
import { loadOrMakeSealKeys } from '../state/seal-key.js';
import { historyCommandOf, loadSettings, serversOf } from '../state/settings.js';
import { TrustKeeper } from '../state/trust.js';
import { DesiredSync } from '../sync/desired-sync.js';
import { fileReplacedMemory, ReplacedTasks } from '../sync/replaced-tasks.js';
import { ownProgramFile } from '../upgrade/program-file.js';
import { startUpgradeWatch } from '../upgrade/start-upgrade-watch.js';
import { UpgradeFiles } from '../upgrade/upgrade-files.js';
import { Upgrader } from '../upgrade/upgrader.js';
import { reportBoot } from '../watch/boot-report.js';
import { fileDriftMemory } from '../watch/drift-memory.js';
import { DriftTimer } from '../watch/drift-timer.js';
import { DriftWatch } from '../watch/drift-watch.js';
import { fileHistoryMemory } from '../watch/history-memory.js';
import { HostLoad } from '../watch/host-load.js';
import { hostTriggers } from '../watch/host-triggers.js';
import { InventoryWatch } from '../watch/inventory-watch.js';
import { LookTimer } from '../watch/look-timer.js';
import { PauseWatch } from '../watch/pause-watch.js';
import { noteFollowers } from '../watch/run-followers.js';
import { StartWatch } from '../watch/start-watch.js';
import { TriggerWatch } from '../watch/trigger-watch.js';
import { unpackKoffi } from '../windows/koffi.js';
import { hostTimezone } from '../zones/host-timezone.js';
import { forgetFiles, forgetHost, Leaver } from './leave.js';
import { countIn } from './status.js';

const startsMs = 60_000;
const triggersMs = 2_000;

/**
 * The long-lived agent of a host: collects what runners leave, keeps Task Scheduler at the desired state, and keeps a
 * session with the server. Runs until the signal aborts.
 * @throws Error when the folder is not enrolled or another agent has it
 */
export async function runAgent(data: string, log: Log, signal: AbortSignal): Promise<void> {
  const folder = agentFolderAt(data);
  const settings = loadSettings(folder);
  const identity = loadIdentity(folder);
  const leaveFile = loadLeaveFile(folder);
  if (!identity && leaveFile) {
    log.warn('this host is retired: what is left of it goes');
    await forgetHost(hostScheduler(settings.scheduler, folder.temporary), folder);
    forgetFiles(folder);
    return;
  }
  if (identity?.agentId === undefined) throw new Error(`${folder.root}: not enrolled; run carillon-agent enroll first`);
  prepareAgentFolder(folder);
  const release = lockFolder(folder.lock);
  const gone = new AbortController();
  const ended = AbortSignal.any([signal, gone.signal]);
  try {
    unpackKoffi(folder.native);
    const { agentId } = identity;
    const keys = new KeyKeeper(folder);
    const trust = new TrustKeeper(folder, identity.signerKeys);
    const eventLog = new FileEventLog(folder.log, folder.reserve, {
      bytes: limits.spoolKeptBytes,
      ageMs: limits.spoolKeptAgeMs,
    });
    const events = new EventSender(eventLog);
    const output = new OutputShipper(new FileOutputSource(folder));
    const cache = new FileDesiredCache(folder.jobs, folder.registered);
    const ownWrites = new OwnWrites();
    const scheduler = hostScheduler(settings.scheduler, folder.temporary, ownWrites);
    const codePage = settings.scheduler.kind === 'schtasks' ? consoleCodePage() : undefined;
    const report = (data: UnnumberedEvent['data']) =>
      dropEvent(folder.drop, { eventId: newId(), at: new Date().toISOString(), data });
    const replaced = new ReplacedTasks(scheduler, fileReplacedMemory(folder.replaced), report);
    const policy = new PolicyFile(folder.policy);
    const approvals = new ApprovalKeeper(fileApprovals(folder.approvals), () => ({
      rule: policy.approvalRule,
      hostName: identity.name,
    }));
    const accounts = hostAccounts(folder, identity.localKey);
    const facts = () => ({
      hostTimezone: hostTimezone(),
      runner: settings.runner,
      ...trust.trust,
      agentId,
      hostName: identity.name,
      sids: accounts.sids,
    });
    const secrets = new PasswordFile(folder.secrets, identity.localKey, 'secret');
    const central = new CentralSecrets({
      agentId,
      hostName: () => identity.name,
      // As it is when something is signed.
      get privateKey() {
        return keys.current.privateKey;
      },
      sealKeys: loadOrMakeSealKeys(folder),
      trust: () => trust.trust,
      secrets,
      passwords: new PasswordFile(folder.passwords, identity.localKey),
      registered: () => cache.registered().jobs,
      log,
    });
    const jobSecrets = new JobSecrets(folder, {
      secrets,
      sids: () => accounts.sids,
      share: shareWith,
    });
    tellRunnersName(folder, identity.name);
    const desired: DesiredSync = new DesiredSync(
      agentId,
      facts,
      {
        scheduler,
        cache,
        storeScript: (manifest) => {
          storeScript(folder.scripts, manifest);
          jobSecrets.provide(manifest);
        },
        forget: (jobId) => jobSecrets.forget(jobId),
        storePause: (pause) => storePause(folder.pause, pause),
        replaced,
        accounts,
        central,
        judge: (manifest) => policy.judgeJob(manifest),
        approvals,
        lookBefore: (job) => driftWatch.lookAt(job),
      },
      log,
    );
    const shareSecrets = () =>
      desired
        .exclusively(async () => jobSecrets.refresh(manifestsHere(cache, identity.name)))
        .catch((error: unknown) => log.warn('secrets could not be given to their jobs', { error: String(error) }));
    const historyCommand = historyCommandOf(settings.scheduler, process.env);
    const starts =
      historyCommand &&
      new StartWatch({
        history: new WevtutilHistory(historyCommand, codePage),
        cache,
        memory: fileHistoryMemory(folder.history),
        facts: () => ({ agentId, hostName: identity.name, hostTimezone: hostTimezone(), nowMs: Date.now() }),
        lastStartMs: (jobId) => readJobMemory(folder.answered, jobId).lastStartMs,
        lastStarts: async () => lastStartsOf(await scheduler.listing(), hostTimezone()),
        isOwn: (path, atMs) => ownWrites.has(path, atMs),
        report: (event) => dropEvent(folder.drop, event),
        reportStatus: (status) => report({ kind: 'history.changed', ...status }),
        log,
      });
    const startTimer = new LookTimer(async () => starts?.look(), startsMs);
    const whoChanged = async (path: string, found: DriftKind) => {
      await startTimer.now();
      return starts?.whoChanged(path, found) ?? null;
    };
    const driftWatch: DriftWatch = new DriftWatch({
      scheduler,
      cache,
      memory: fileDriftMemory(folder.drift),
      facts,
      exclusively: (act) => desired.exclusively(act),
      replaced,
      accounts,
      report,
      whoChanged,
      log,
    });
    const drift = new DriftTimer(driftWatch, ownTasksIn(taskStoreOf(settings.scheduler)));
    const work = new HostWork(folder, cache, scheduler, driftWatch);
    const triggers = hostTriggers(folder, { cache, work, log });
    const triggerWatch = new TriggerWatch(triggers);
    const pauseWatch = new PauseWatch({
      pause: () => loadPause(folder.pause),
      memory: {
        load: () => loadPause(folder.pauseMemory),
        store: (pause) => storePause(folder.pauseMemory, pause),
      },
      jobs: triggers.jobs,
      lastStartMs: (jobId) => readJobMemory(folder.answered, jobId).lastStartMs,
      start: triggers.start,
      facts: () => ({ agentId, hostTimezone: hostTimezone(), nowMs: Date.now() }),
      log,
    });
    // What is watched for waits while nothing may start: files lie there until then.
    const triggerTimer = new LookTimer(async () => {
      if (!(await pauseWatch.look())) await triggerWatch.look();
    }, triggersMs);
    const onEvents = (events: readonly UnnumberedEvent[]) => {
      if (noteFollowers(events, triggers)) void triggerTimer.now();
    };
    const commands = new CommandDesk(
      () => ({ agentId, ...trust.trust, judge: (action) => policy.judgeCommand(action) }),
      new FileCommandJournal(folder.commands, Date.now()),
      work,
      log,
    );
    const inventory = new InventoryWatch({
      list: async () => listTasks(await scheduler.listing(), hostTimezone()),
      variables: machineVariables(process.env),
      storeFolder: taskStoreOf(settings.scheduler),
      log,
    });
    const pump = () => {
      events.pump();
      output.pump();
    };
    const installed = (await scheduler.find(agentTaskPath).catch(() => undefined))?.task;
    // Only what Task Scheduler starts can be handed over to a new version.
    const program = installed && isTaskOf(installed, 'agent', folder.root) ? ownProgramFile() : undefined;
    const upgrader = new Upgrader({
      files: new UpgradeFiles(folder.upgrade),
      version: agentVersion,
      program,
      releaseKeys: () => loadReleaseKeys(folder),
      judge: () => policy.judgeUpgrade(),
      handOver: () => startUpgradeWatch(folder, scheduler),
      log,
    });
    const contact = new ContactKeeper(folder.contact, () => eventLog.next - eventLog.first);
    const keeper = new SpoolKeeper({ folder, eventLog, log });
    const collector = new Collector({ folder, eventLog, keeper, onEvents, onNews: pump, log });

    const leaver = new Leaver({
      folder,
      agentId,
      trust: () => trust.trust,
      scheduler,
      halt: () => halt(),
      waiting: () =>
        eventLog.next - eventLog.first + countIn(folder.drop) + countIn(folder.output) + countIn(folder.running),
      end: () => gone.abort('the host is retired'),
      log,
    });
    /** Whatever changes tasks, or would put back what goes. */
    const halt = async () => {
      await Promise.all([drift.stop(), inventory.stop(), startTimer.stop(), triggerTimer.stop()]);
      await desired.stop();
    };

    log.info('agent starts', { name: identity.name, servers: serversOf(settings), data: folder.root });
    reportBoot(folder.boot, report);
    collector.start();
    void shareSecrets();
    if (!leaveFile) desired.start();
    const watched = [
      watchFile(folder.policy, () => {
        log.info('the policy of this host has changed');
        desired.reconsider();
      }),
      watchFile(folder.passwords, () => desired.reconsider()),
      watchFile(folder.secrets, () => void shareSecrets()),
    ];
    if (!leaveFile) {
      drift.start();
      inventory.start();
      startTimer.start();
      triggerTimer.start();
    }
    await upgrader.start();
    leaver.start();
    const endTrimming = trimHeap();
    await keepLinked(
      {
        servers: serversOf(settings),
        route: settings,
        ...(settings.reconnect ? { reconnect: settings.reconnect } : {}),
        identity,
        keys,
        facts: () =>
          hostFactsOf(
            settings.scheduler.kind,
            settings.name,
            [
              leaveCapability,
              hostKeyCapability,
              sealedSecrets,
              ...(program ? [upgradeCapability(program.platform)] : []),
            ],
            codePage,
          ),
        parts: {
          eventLog,
          events,
          output,
          desired,
          commands,
          disk: keeper,
          load: new HostLoad(),
          runs: { known: (nowMs) => knownRuns(folder, eventLog, nowMs) },
          inventory,
          contact,
          upgrader,
          leaving: leaver,
          keys,
          trust,
          central,
          witness: new AuditWitness(folder, () => trust.trust.signerKeys),
          log,
        },
      },
      ended,
    );
    leaver.stop();
    await halt();
    endTrimming();
    collector.stop();
    for (const end of watched) end();
    if (gone.signal.aborted) forgetFiles(folder);
    log.info('agent stops');
  } finally {
    release();
  }
}

function ownTasksIn(store: string | undefined): string | undefined {
  return store && join(store, ...taskFolder.split('\\').filter(Boolean));
}

function manifestsHere(cache: FileDesiredCache, hostName: string | undefined): Manifest[] {
  const kept = cache.manifests();
  return cache.registered().jobs.flatMap(({ manifestHash }) => {
    const text = kept.get(manifestHash)?.text;
    return text === undefined ? [] : [manifestHere(text, hostName)];
  });
}

const machineWide = [
  'SystemRoot',
  'windir',
  'SystemDrive',
  'ProgramFiles',
  'ProgramFiles(x86)',
  'ProgramData',
  'ALLUSERSPROFILE',
  'CommonProgramFiles',
  'PUBLIC',
  'COMPUTERNAME',
];

/** Variables that are the same for every account of the machine, by lower-case name. */
function machineVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    machineWide.flatMap((name) => (env[name] === undefined ? [] : [[name.toLowerCase(), env[name]]])),
  );
}
