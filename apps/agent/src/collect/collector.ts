import { type FSWatcher, watch } from 'node:fs';
import type { Log } from '../lib/log.js';
import { readDrop } from '../runner/drop-box.js';
import type { AgentFolder } from '../state/agent-folder.js';
import type { EventLog } from '../state/event-log.js';
import { LostRunWatch } from './lost-runs.js';

const pollMs = 1_000;
const lostRunsMs = 20_000;
const eventsPerPass = 500;

export interface CollectorPorts {
  readonly folder: AgentFolder;
  readonly eventLog: EventLog;
  /** New events are in the log, or output may have grown. */
  readonly onNews: () => void;
  readonly log: Log;
}

/**
 * Moves what runners dropped into the numbered log, connected or not. A file is removed only after the log has it on
 * disk; a crash in between offers it again, and the log knows its id.
 */
export class Collector {
  private readonly lostRuns: LostRunWatch;
  private timers: NodeJS.Timeout[] = [];
  private watchers: FSWatcher[] = [];

  constructor(private readonly ports: CollectorPorts) {
    this.lostRuns = new LostRunWatch(ports.folder);
  }

  start(): void {
    const { folder } = this.ports;
    this.findLostRuns();
    this.pass();
    // Watching is quick, the poll is sure.
    this.watchers = [folder.drop, folder.output].flatMap((path) => watchOrNot(path, () => this.pass()));
    this.timers = [setInterval(() => this.pass(), pollMs), setInterval(() => this.findLostRuns(), lostRunsMs)];
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const watcher of this.watchers) watcher.close();
    this.pass();
  }

  private pass(): void {
    const { folder, eventLog, onNews, log } = this.ports;
    try {
      for (;;) {
        const { events, remove, bad } = readDrop(folder.drop, eventsPerPass);
        for (const path of bad) log.warn('put aside a dropped file that is not an event', { path });
        eventLog.append(events);
        remove();
        if (events.length < eventsPerPass) break;
      }
    } catch (error) {
      // A full disk, say: nothing is lost, the next pass tries again.
      log.warn('cannot collect events', { error: String(error) });
    }
    onNews();
  }

  private findLostRuns(): void {
    for (const runId of this.lostRuns.look(Date.now()))
      this.ports.log.warn('the runner of a run is gone without a last word', { runId });
  }
}

function watchOrNot(path: string, act: () => void): FSWatcher[] {
  try {
    return [watch(path, { persistent: false }, act)];
  } catch {
    return [];
  }
}
