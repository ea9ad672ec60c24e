import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type Cli, handle } from '../lib/command.js';
import { convertArticleTask, readDocuments } from '../lib/documents.js';
import type { Session } from '../lib/session.js';
import { type ApplyOptions, addApplyOptions, applyDocuments } from './apply.js';

/** `carillon import`. */
export function addImport(program: Command, cli: Cli): void {
  const command = program
    .command('import')
    .description('apply files of the form `task: { name, type: cron, schedule, script_path, targets }`')
    .argument('<file...>', 'files, folders, or - for standard input')
    .option('--print', 'print the job file instead, as YAML');
  handle(
    addApplyOptions(command),
    cli,
    async (session: Session, options: ApplyOptions & { print?: boolean }, files: string[]) => {
      const documents = await readDocuments(session.io, files, convertArticleTask);
      if (!options.print) return applyDocuments(session, documents, options);
      const jobFiles = documents.map(({ source }) => source.raw);
      if (session.json) session.printJson(jobFiles);
      else session.print(jobFiles.map((file) => stringify(file)).join('---\n'));
    },
  );
}
