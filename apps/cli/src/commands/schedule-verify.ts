import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { readSources } from '../lib/read-input.js';
import type { Session } from '../lib/session.js';
import { type CronLine, readCronLines } from '../schedule/cron-lines.js';
import { type Difference, verifiedDays, verifyExpression } from '../schedule/verify-expression.js';

interface Report {
  readonly total: number;
  readonly exact: number;
  readonly gated: number;
  readonly rejected: { expr: string; line: number; reason: string }[];
  readonly mismatches: (Difference & { expr: string; line: number })[];
  /** The independent libraries differ from each other; ours agrees with one of them. */
  readonly disputed: (Difference & { expr: string; line: number })[];
  /** Ours reads it, no independent library does. */
  readonly unchecked: { expr: string; line: number; reason: string }[];
  readonly days: number;
}

/** `carillon schedule verify FILE`. */
export function addScheduleVerify(parent: Command, cli: Cli): void {
  const command = parent
    .command('verify')
    .description(`compare every expression of a file with an independent cron library over ${verifiedDays} days`)
    .argument('<file>', 'a crontab or a list of expressions, or - for standard input');
  handle(command, cli, async (session: Session, _options: object, file: string) => {
    const [source] = await readSources(session.io, [file]);
    const report = verifyLines(readCronLines(source?.text ?? ''), (done, of) => {
      if (session.io.stderr.isTTY) session.io.stderr.write(`\r${done} of ${of}${done === of ? '\n' : ''}`);
    });
    if (session.json) session.printJson(report);
    else printReport(session, report);
    return report.mismatches.length > 0 ? 1 : 0;
  });
}

/** Each expression once, however often it stands in the file. */
export function verifyLines(
  lines: readonly CronLine[],
  onProgress: (done: number, of: number) => void = () => undefined,
): Report {
  const first = new Map<string, CronLine>();
  for (const line of lines) if (!first.has(line.expression)) first.set(line.expression, line);
  const unique = [...first.values()];
  const report: Report & { exact: number; gated: number } = {
    total: unique.length,
    exact: 0,
    gated: 0,
    rejected: [],
    mismatches: [],
    disputed: [],
    unchecked: [],
    days: verifiedDays,
  };
  for (const [index, { expression: expr, line }] of unique.entries()) {
    const verdict = verifyExpression(expr);
    switch (verdict.kind) {
      case 'rejected':
        report.rejected.push({ expr, line, reason: verdict.reason });
        break;
      case 'mismatch': {
        const { kind: _, ...rest } = verdict;
        report.mismatches.push({ expr, line, ...rest });
        break;
      }
      case 'disputed': {
        const { kind: _, exactness, ...rest } = verdict;
        report.disputed.push({ expr, line, ...rest });
        report[exactness] += 1;
        break;
      }
      case 'timeless':
        report.exact += 1;
        break;
      case 'unchecked':
        report.unchecked.push({ expr, line, reason: verdict.reason });
        report[verdict.exactness] += 1;
        break;
      case 'agrees':
        report[verdict.exactness] += 1;
    }
    onProgress(index + 1, unique.length);
  }
  return report;
}

function printReport(session: Session, report: Report): void {
  session.fields([
    ['expressions', String(report.total)],
    ['exact', String(report.exact)],
    ['gated', String(report.gated)],
    ['rejected', String(report.rejected.length)],
    ['mismatches', String(report.mismatches.length)],
    ['disputed', `${report.disputed.length} (other libraries differ from each other)`],
    ['unchecked', `${report.unchecked.length} (no other library reads them)`],
  ]);
  for (const { expr, line, reason } of report.rejected) session.print(`line ${line}: ${expr}: rejected: ${reason}`);
  for (const { expr, line, reason } of report.unchecked) session.print(`line ${line}: ${expr}: unchecked: ${reason}`);
  for (const { expr, line, at, ours, theirs, against } of report.mismatches) {
    session.print(
      `line ${line}: ${expr}: MISMATCH at ${at}: ours ${ours ? 'fires' : 'is silent'}, ${against} ${theirs ? 'fires' : 'is silent'}`,
    );
  }
}
