import { nodeIo } from './lib/io.js';
import { runCli } from './program.js';

// A reader that went away (`carillon runs | head`) is not an error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Not process.exit(): what is still on its way to a pipe must arrive.
process.exitCode = await runCli(process.argv.slice(2), nodeIo());
