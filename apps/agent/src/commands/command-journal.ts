import { existsSync, readFileSync } from 'node:fs';
import type { Body } from '@carillon/contract/agent/catalog';
import { appendDurably, writeFileDurably } from '../state/files.js';

export type CommandResult = Body<'command.result'>;

/** A command as the journal knows it: its newest result. */
export interface JournalEntry {
  readonly result: CommandResult;
  readonly atMs: number;
}

/** What was done about each command. An entry is on disk before the act it speaks of. */
export interface CommandJournal {
  find(commandId: string): JournalEntry | undefined;
  note(result: CommandResult, atMs: number): void;
  entries(): readonly JournalEntry[];
}

/** Longer than any command lives, so that none can be offered again after it was forgotten. */
const keepMs = 7 * 24 * 3_600_000;

export class MemoryCommandJournal implements CommandJournal {
  protected readonly byId = new Map<string, JournalEntry>();

  find(commandId: string): JournalEntry | undefined {
    return this.byId.get(commandId);
  }

  note(result: CommandResult, atMs: number): void {
    this.byId.set(result.commandId, { result, atMs });
  }

  entries(): readonly JournalEntry[] {
    return [...this.byId.values()];
  }
}

/** One JSON line per result; a line that a crash cut off was not acted on. */
export class FileCommandJournal extends MemoryCommandJournal {
  constructor(
    private readonly path: string,
    nowMs: number,
  ) {
    super();
    for (const entry of readLines(path)) if (nowMs - entry.atMs < keepMs) this.byId.set(entry.result.commandId, entry);
    writeFileDurably(path, [...this.byId.values()].map(lineOf).join(''));
  }

  override note(result: CommandResult, atMs: number): void {
    appendDurably(this.path, lineOf({ result, atMs }));
    super.note(result, atMs);
  }
}

function lineOf(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function readLines(path: string): JournalEntry[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as JournalEntry];
      } catch {
        return [];
      }
    });
}
