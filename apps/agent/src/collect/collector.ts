import { type FSWatcher, watch } from 'node:fs';
import type { Log } from '../lib/log.js';
import { readDrop } from '../runner/drop-box.js';
import type { AgentFolder } from '../state/agent-folder.js';
import type { EventLog, UnnumberedEvent } from '../state/event-log.js';
import { LostRunWatch } from './lost-runs.js';
import type { SpoolKeeper } from './spool-keeper.js';

const pollMs = 1_000;
const lostRunsMs = 20_000;
const tendMs = 30_000;
const eventsPerPass = 500;

export interface CollectorPorts {
  readonly folder: AgentFolder;
  readonly eventLog: EventLog;
  /** Absent where nothing bounds the spool. */
  readonly keeper?: Pick<SpoolKeeper, 'tend' | 'failed' | 'stored'>;
  /** Called before dropped events leave the box; they may come again. */
  readonly onEvents?: (events: readonly UnnumberedEvent[]) => void;
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
    const { folder, keeper } = this.ports;
    keeper?.tend(Date.now());
    this.findLostRuns();
    this.pass();
    // Watching is quick, the poll is sure.
    this.watchers = [folder.drop, folder.output].flatMap((path) => watchOrNot(path, () => this.pass()));
    this.timers = [
      setInterval(() => this.pass(), pollMs),
      setInterval(() => this.findLostRuns(), lostRunsMs),
      setInterval(() => keeper?.tend(Date.now()), tendMs),
    ];
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const watcher of this.watchers) watcher.close();
    this.pass();
  }

  private pass(): void {
    const { folder, eventLog, keeper, onEvents, onNews, log } = this.ports;
    try {
      for (;;) {
        const { events, remove, bad } = readDrop(folder.drop, eventsPerPass);
        for (const path of bad) log.warn('put aside a dropped file that is not an event', { path });
        try {
          eventLog.append(events);
        } catch (error) {
          // What is in the log already must not stay: once it is acked and gone there, it would be taken for new.
          remove(({ eventId }) => eventLog.has(eventId));
          throw error;
        }
        if (events.length > 0) onEvents?.(events);
        remove();
        if (events.length > 0) keeper?.stored();
        if (events.length < eventsPerPass) break;
      }
    } catch (error) {
      // A full disk, say: nothing is lost, the next pass tries again.
      if (!keeper) log.warn('cannot collect events', { error: String(error) });
      keeper?.failed(error);
      keeper?.tend(Date.now());
    }
    onNews();
  }

  private findLostRuns(): void {
    const { keeper, log } = this.ports;
    try {
      for (const runId of this.lostRuns.look(Date.now()))
        log.warn('the runner of a run is gone without a last word', { runId });
    } catch (error) {
      if (!keeper) log.warn('cannot report lost runs', { error: String(error) });
      keeper?.failed(error);
    }
  }
}

function watchOrNot(path: string, act: () => void): FSWatcher[] {
  try {
    return [watch(path, { persistent: false }, act)];
  } catch {
    return [];
  }
}
