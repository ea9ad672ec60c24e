import { rmSync } from 'node:fs';
import type { Body } from '@carillon/contract/agent/catalog';
import type { Trust } from '@carillon/core/signing/verify';
import { giveBack, isAgentTask, tasksInOurFolders } from '../install/uninstall.js';
import type { Log } from '../lib/log.js';
import type { LeavingPart } from '../link/session.js';
import type { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { judgeLeave, loadLeaveFile, storeLeaveFile } from '../state/leave-file.js';

const lookMs = 1_000;
/** For what is under way, and for what is not told yet. */
const patienceMs = 15 * 60_000;

export interface LeaverParts {
  readonly folder: AgentFolder;
  readonly agentId: string;
  readonly trust: () => Trust;
  readonly scheduler: SchtasksScheduler;
  /** Ends whatever would put back what goes; may be called again. */
  readonly halt: () => Promise<void>;
  /** What is still to be told: events, files that were not collected, output, runs under way. */
  readonly waiting: () => number;
  /** Ends the agent. */
  readonly end: () => void;
  readonly log: Log;
}

/**
 * The end of a host: takes away our tasks and gives back those that jobs stood in for, waits until everything is told, says so,
 * and when the centre agrees forgets all but its log and its policy. Each step can be done again after a death.
 */
export class Leaver implements LeavingPart {
  private say: (() => void) | undefined;
  private skewMs: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private clearing: Promise<void> | undefined;
  private isClear = false;
  private clearMs = 0;
  private isOver = false;

  constructor(private readonly parts: LeaverParts) {}

  /** Goes on where it was when the agent died. */
  start(): void {
    const file = loadLeaveFile(this.parts.folder);
    if (file) this.go(file.isRetired);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  attach(say: () => void, serverTimeMs: number): void {
    this.say = say;
    this.skewMs = serverTimeMs - Date.now();
    if (this.isClear) this.look();
  }

  detach(): void {
    this.say = undefined;
  }

  onLeave(order: Body<'leave'>): void {
    this.take(order, false);
  }

  onRetired(order: Body<'leave'>): void {
    this.take(order, true);
  }

  private take(signed: Body<'leave'>, isRetired: boolean): void {
    const { folder, agentId, trust, log } = this.parts;
    const serverNowMs = this.skewMs === undefined ? undefined : Date.now() + this.skewMs;
    const verdict = judgeLeave(signed, { ...trust(), agentId, serverNowMs });
    if (!verdict.ok) {
      log.warn('refused an order to go', { code: verdict.code, message: verdict.message });
      return;
    }
    const before = loadLeaveFile(folder);
    if (!before || (isRetired && !before.isRetired)) storeLeaveFile(folder, { ...signed, isRetired });
    if (!before) log.warn('this host was taken out: our tasks go, and then the agent');
    this.go(isRetired);
  }

  private go(isRetired: boolean): void {
    if (isRetired) this.isOver = true;
    this.clearing ??= this.clear();
    void this.clearing.then(() => this.look());
  }

  private async clear(): Promise<void> {
    const { halt, log } = this.parts;
    try {
      await halt();
      await this.removeTasks();
      this.isClear = true;
      this.clearMs = Date.now();
    } catch (error) {
      log.warn('our tasks could not be taken away', { error: String(error) });
      this.clearing = undefined;
      this.timer = setTimeout(() => this.go(this.isOver), lookMs * 15);
    }
  }

  private async removeTasks(): Promise<void> {
    const { scheduler, folder, log } = this.parts;
    const { ours } = await tasksInOurFolders(scheduler, folder);
    const ofJobs = ours.filter((path) => !isAgentTask(path));
    for (const path of ofJobs) await scheduler.remove(path);
    const restored = await giveBack(scheduler, folder);
    log.info('our tasks are gone', { removed: ofJobs.length, restored: restored.length });
  }

  /** Looks again and again whether everything is told. */
  private look(): void {
    if (!this.isClear) return;
    clearTimeout(this.timer);
    if (this.isOver) {
      void this.forget();
      return;
    }
    // Programs may run for ever, and a disk may hold what can never be read.
    if (this.parts.waiting() === 0 || Date.now() - this.clearMs > patienceMs) this.say?.();
    this.timer = setTimeout(() => this.look(), lookMs);
  }

  private async forget(): Promise<void> {
    const { scheduler, folder, log, end } = this.parts;
    clearTimeout(this.timer);
    try {
      await forgetHost(scheduler, folder);
    } catch (error) {
      log.warn('the agent could not take away its own task', { error: String(error) });
      this.timer = setTimeout(() => this.look(), lookMs * 15);
      return;
    }
    log.warn('this host is retired: its key is gone, the agent ends');
    end();
  }
}

/** The key first, then what starts the agent: whoever dies in between is nobody, and is started once more to do the rest. */
export async function forgetHost(scheduler: SchtasksScheduler, folder: AgentFolder): Promise<void> {
  rmSync(folder.identity, { force: true });
  const { ours } = await tasksInOurFolders(scheduler, folder);
  for (const path of ours) await scheduler.remove(path);
}

/** All but what its owner wrote, its log, and the program. Once nothing of the agent works on them any more. */
export function forgetFiles(folder: AgentFolder): void {
  const { root, lock, diary, policy, leaving, settings, native, temporary, upgrade, ...parts } = folder;
  for (const path of [...Object.values(parts), leaving]) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Held open, on Windows.
    }
  }
}
