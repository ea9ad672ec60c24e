import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { triggerWords } from '../schedule/trigger-words.js';

export type Inspection =
  | { readonly file: string; readonly ok: true; readonly definition: TaskDefinition; readonly roundTrip: boolean }
  | {
      readonly file: string;
      readonly ok: false;
      readonly error: { element?: string; line?: number; column?: number; expected?: string; message: string };
    };

/** Exit code when any file was refused. */
const refusedExitCode = 2;

/** `carillon task inspect FILE…`. */
export function addTaskInspect(parent: Command, cli: Cli): void {
  const command = parent
    .command('inspect')
    .description('read task XML files and say what is in them, or what is wrong with them')
    .argument('<file...>', 'task XML, UTF-8 or UTF-16')
    .option('--rewrite', 'print each task again, as Windows would write it');
  handle(command, cli, async (session: Session, { rewrite }: { rewrite?: boolean }, files: string[]) => {
    let refused = false;
    for (const file of files) {
      const inspection = await inspectFile(session.io.cwd, file);
      refused ||= !inspection.ok;
      show(session, inspection, rewrite === true);
    }
    return refused ? refusedExitCode : 0;
  });
}

/** Never throws: a file that cannot be read is an error of that file. */
export async function inspectFile(cwd: string, file: string): Promise<Inspection> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(resolve(cwd, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { file, ok: false, error: { message: `cannot be read: ${code ?? String(error)}` } };
  }
  const read = readTaskXml(bytes);
  if (!read.ok) {
    const { element, line, column, expected, message } = read.problem;
    return { file, ok: false, error: { element, line, column, expected, message } };
  }
  return { file, ok: true, definition: read.task, roundTrip: survives(read.task) };
}

/** Written and read again it is the same definition, and written a second time the same text. */
function survives(definition: TaskDefinition): boolean {
  const text = writeTaskXml(definition);
  const again = readTaskXml(encodeTaskXml(text));
  return again.ok && isDeepStrictEqual(again.task, definition) && writeTaskXml(again.task) === text;
}

function show(session: Session, inspection: Inspection, rewrite: boolean): void {
  if (session.json) {
    // One line per file, so that thousands can be piped.
    session.print(JSON.stringify(inspection));
    return;
  }
  if (!inspection.ok) {
    const { line, column, message } = inspection.error;
    const place = line === undefined ? '' : `:${line}:${column}`;
    session.io.stderr.write(`${safeText(`${inspection.file}${place}: ${message}`)}\n`);
    return;
  }
  if (rewrite) session.print(writeTaskXml(inspection.definition));
  else session.print(summary(inspection));
}

function summary({ file, definition, roundTrip }: Extract<Inspection, { ok: true }>): string {
  const { registrationInfo, triggers, principals, actions, settings } = definition;
  const lines = [
    file,
    ...(registrationInfo?.uri ? [`  task        ${registrationInfo.uri}`] : []),
    ...(registrationInfo?.description ? [`  description ${registrationInfo.description.split('\n')[0]}`] : []),
    ...(triggers ?? []).map(
      (trigger) =>
        `  starts      ${triggerWords(trigger)}${'enabled' in trigger && trigger.enabled === false ? ' (disabled)' : ''}`,
    ),
    ...(principals ?? []).map(
      ({ userId, groupId, runLevel }) =>
        `  runs as     ${[userId ?? groupId ?? 'whoever is logged on', runLevel].filter(Boolean).join(', ')}`,
    ),
    ...(actions ?? []).map(
      (action) =>
        `  does        ${'command' in action ? [action.command, action.arguments].filter(Boolean).join(' ') : action.kind}`,
    ),
    ...(settings?.enabled === false ? ['  disabled'] : []),
    ...(roundTrip ? [] : ['  writing it back changes it']),
  ];
  return lines.map(safeText).join('\n');
}
