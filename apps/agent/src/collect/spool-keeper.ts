import { readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '@carillon/contract/agent/catalog';
import type { SpoolLost } from '@carillon/contract/agent/host-events';
import { limits } from '@carillon/contract/limits';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import type { Log } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { fillReserve, isDiskFull, reserveSize } from '../state/disk-reserve.js';
import type { FileEventLog, UnnumberedEvent } from '../state/event-log.js';
import { prepareUnwritten, takeUnwritten } from '../state/unwritten.js';
import { giveUpOutput, listOutput, lostOutput, type SpooledFile } from './output-loss.js';

/** Bounds of what may wait on a host, in bytes. */
export interface SpoolRules {
  readonly totalBytes: number;
  readonly eventBytes: number;
  readonly outputAgeMs: number;
  readonly reserveBytes: number;
  /** With less free on the disk, output makes room. */
  readonly keepFreeBytes: number;
}

export const defaultSpoolRules: SpoolRules = {
  totalBytes: limits.spoolBytes,
  eventBytes: limits.spoolEventBytes,
  outputAgeMs: limits.spoolOutputAgeMs,
  reserveBytes: limits.spoolReserveBytes,
  keepFreeBytes: limits.spoolKeepFreeBytes,
};

/** Below a bound by this much after dropping, so that the next event does not reach it again. */
const afterDropping = 0.8;
/** On a full disk younger output stays for a while: a connected agent is about to send it. */
const aboutToBeSentMs = 60_000;
/** A file that its writer has not finished within this time was left by a crash. */
const unfinishedMs = 60 * 60_000;

export type DiskHealth = NonNullable<Body<'agent.heartbeat'>['disk']>;

export interface KeeperPorts {
  readonly folder: Pick<AgentFolder, 'drop' | 'output' | 'running' | 'reserve' | 'unwritten' | 'log'>;
  readonly eventLog: FileEventLog;
  readonly log: Log;
  readonly rules?: SpoolRules;
}

/**
 * Keeps the spool within its bounds and a reserve on the disk. What must go goes in product order, output first and
 * results of runs last, and every loss becomes a `spool.lost` event.
 */
export class SpoolKeeper {
  private readonly rules: SpoolRules;
  private spoolBytes = 0;
  private problem: string | null = null;

  constructor(private readonly ports: KeeperPorts) {
    this.rules = ports.rules ?? defaultSpoolRules;
  }

  /** As of the last look. */
  get health(): DiskHealth {
    return { spoolBytes: this.spoolBytes, freeBytes: this.freeBytes(), problem: this.problem };
  }

  /** One look at the spool. Never throws: what cannot be done now is done at a later look. */
  tend(nowMs: number): void {
    const { folder, eventLog, log } = this.ports;
    try {
      this.sweep(nowMs);
      this.boundOutput(nowMs);
      this.tellLostOutput(nowMs);
      if (eventLog.bytes > this.rules.eventBytes) {
        const lost = eventLog.shrink(this.rules.eventBytes * afterDropping);
        if (lost) log.warn('the spool is full: events were given up', { ...lost, runIds: undefined });
      }
      prepareUnwritten(folder.unwritten);
      this.tellUnwritten(nowMs);
      // Only from what others leave: the reserve must not be what fills the disk.
      if (this.freeBytes() > this.rules.keepFreeBytes + this.rules.reserveBytes)
        fillReserve(folder.reserve, this.rules.reserveBytes);
      this.stored();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Something could not be written. */
  failed(error: unknown): void {
    const problem = isDiskFull(error) ? ('the disk is full' satisfies HostFaultText) : String(error).slice(0, 500);
    if (problem !== this.problem) this.ports.log.warn('cannot write to the spool', { error: String(error) });
    this.problem = problem;
  }

  /** Writing works; with the reserve gone it will not for long. */
  stored(): void {
    const short = reserveSize(this.ports.folder.reserve) < this.rules.reserveBytes;
    const problem: HostFaultText | null = short
      ? 'the disk is nearly full: results are written from the reserve'
      : null;
    if (problem !== this.problem)
      this.ports.log.info(problem ?? 'there is room on the disk again', { freeBytes: this.freeBytes() });
    this.problem = problem;
  }

  /** Output that is too old, beyond the bound, or in the way of results on a full disk; never of a run under way. */
  private boundOutput(nowMs: number): void {
    const { folder, eventLog, log } = this.ports;
    // What the centre has already goes before anything that it has not.
    if (this.freeBytes() < this.rules.keepFreeBytes) eventLog.forgetAcked();
    const files = listOutput(folder);
    const outputBytes = files.reduce((sum, file) => sum + file.bytes, 0);
    this.spoolBytes = eventLog.bytes + outputBytes + folderBytes(folder.drop);
    const free = this.freeBytes();
    const { totalBytes, outputAgeMs, keepFreeBytes, reserveBytes } = this.rules;
    let toFree = this.spoolBytes > totalBytes ? this.spoolBytes - totalBytes * afterDropping : 0;
    let toClear = free < keepFreeBytes ? keepFreeBytes + reserveBytes - free : 0;
    const victims: Record<'age' | 'size' | 'disk', SpooledFile[]> = { age: [], size: [], disk: [] };
    for (const file of files.filter(({ inUse }) => !inUse)) {
      const ageMs = nowMs - file.modifiedMs;
      const inTheWay = toClear > 0 && ageMs > aboutToBeSentMs;
      const reason = ageMs > outputAgeMs ? 'age' : toFree > 0 ? 'size' : inTheWay ? 'disk' : undefined;
      if (reason === undefined) break;
      victims[reason].push(file);
      toFree -= file.bytes;
      toClear -= file.bytes;
      this.spoolBytes -= file.bytes;
    }
    for (const [reason, some] of Object.entries(victims) as [SpoolLost['reason'], SpooledFile[]][]) {
      if (some.length === 0) continue;
      giveUpOutput(folder, some, reason, newId(nowMs));
      log.warn('output that waited was given up', { reason, files: some.length });
    }
  }

  private tellLostOutput(nowMs: number): void {
    for (const { event, remove } of lostOutput(this.ports.folder, nowMs)) {
      this.ports.eventLog.append([event]);
      remove();
    }
  }

  /** Told first, cleared then: a crash in between counts twice rather than not at all. */
  private tellUnwritten(nowMs: number): void {
    const { folder, eventLog, log } = this.ports;
    takeUnwritten(folder.unwritten, (count) => {
      log.warn('results of runs were lost on a full disk', { count });
      eventLog.append([unwrittenEvent(count, nowMs)]);
    });
  }

  /** What a killed writer left half done, and what was put aside long ago. */
  private sweep(nowMs: number): void {
    const { drop, output, log } = this.ports.folder;
    for (const folder of [drop, output, log])
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const keptMs = name.endsWith('.tmp')
          ? unfinishedMs
          : name.endsWith('.bad')
            ? this.rules.outputAgeMs
            : undefined;
        const stat = keptMs === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
        if (stat && nowMs - stat.mtimeMs > (keptMs ?? 0)) rmSync(path, { force: true });
      }
  }

  private freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.ports.folder.drop);
    return bavail * bsize;
  }
}

function unwrittenEvent(count: number, nowMs: number): UnnumberedEvent {
  const at = new Date(nowMs).toISOString();
  const data: SpoolLost = {
    kind: 'spool.lost',
    reason: 'disk',
    runEvents: count,
    otherEvents: 0,
    outputRuns: 0,
    outputBytes: 0,
    runIds: [],
    from: null,
    to: at,
  };
  return { eventId: newId(nowMs), at, data };
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
