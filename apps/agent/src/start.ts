import { toExitCode } from './lib/exit-code.js';
import { defaultAgentFolder } from './state/agent-folder.js';

/**
 * Where the agent as one file begins. What Task Scheduler starts, `run --data DIR JOB-ID` and nothing else, goes straight to
 * the runner, and the rest of the agent is not loaded for it; everything else is the command line's.
 */
const [verb, ...rest] = process.argv.slice(2);
const [option, folder] = rest;
const data = option === '--data' ? folder : defaultAgentFolder(process.env);
const [jobId, ...more] = option === '--data' ? rest.slice(2) : rest;

if (verb === 'run' && data !== undefined && jobId !== undefined && !jobId.startsWith('-') && more.length === 0)
  import('./programs/run.js')
    .then(({ runOnce }) => runOnce(data, jobId))
    .then(
      (code) => {
        process.exitCode = toExitCode(code);
      },
      (error: unknown) => {
        process.stderr.write(`carillon-agent: ${error instanceof Error ? error.message : error}\n`);
        process.exitCode = 1;
      },
    );
else void import('./main.js');
