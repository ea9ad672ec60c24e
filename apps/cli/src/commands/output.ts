import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError } from '../lib/errors.js';
import { findRun } from '../lib/find-run.js';
import type { Session } from '../lib/session.js';

interface OutputOptions {
  readonly stream?: 'stdout' | 'stderr' | undefined;
  readonly follow?: boolean | undefined;
  readonly result?: boolean | undefined;
}

type OutputPage = Response<typeof runRoutes.output>;
type Piece = OutputPage['items'][number];

const followMs = 1_000;

/** `carillon output RUN`. */
export function addOutput(program: Command, cli: Cli): void {
  const command = program
    .command('output')
    .description('print what a run wrote: its stdout to stdout, its stderr to stderr, as it stands')
    .argument('<run>', 'id, its beginning, or latest')
    .addOption(new Option('--stream <stream>', 'only this one, to stdout').choices(['stdout', 'stderr']))
    .option('--follow', 'go on until the run has ended')
    .option('--result', 'only what its newest ::result line hands over, as JSON');
  handle(command, cli, async (session: Session, options: OutputOptions, text: string) => {
    const id = await findRun(session, text);
    if (options.result) {
      await printResult(session, id);
      return;
    }
    const pieces: Piece[] = [];
    const write = (piece: Piece) => (session.json ? void pieces.push(piece) : writePiece(session, options, piece));
    const last = await readOutput(session, id, options, write);
    if (session.json) session.printJson({ runId: id, encoding: last.encoding, complete: last.complete, items: pieces });
  });
}

async function printResult(session: Session, id: string): Promise<void> {
  const { result } = await session.call(runRoutes.told, { id });
  if (result === null && !session.json)
    throw new CliError('its output has no line ::result {…} near its end; see docs/writing-jobs.md', {
      code: 'not_found',
    });
  if (session.json) session.printJson({ runId: id, result });
  else session.io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

/** Page after page until the end of what there is, or with `--follow` of what there will be. */
async function readOutput(
  session: Session,
  id: string,
  options: OutputOptions,
  write: (piece: Piece) => void,
): Promise<OutputPage> {
  let cursor: string | undefined;
  for (;;) {
    const page: OutputPage = await session.call(runRoutes.output, { id, stream: options.stream, cursor, limit: 200 });
    page.items.forEach(write);
    if (page.next === null) return page;
    const isAtEnd = page.items.length === 0;
    if (isAtEnd && (page.complete || !options.follow)) return page;
    if (isAtEnd) await session.io.sleep(followMs);
    cursor = page.next;
  }
}

function writePiece({ io }: Session, options: OutputOptions, piece: Piece): void {
  if (piece.droppedBefore > 0)
    io.stderr.write(`\n[carillon: ${piece.droppedBefore} bytes of ${piece.stream} were not kept]\n`);
  const sink = piece.stream === 'stderr' && options.stream === undefined ? io.stderr : io.stdout;
  sink.write(piece.text);
}
