/** What to start, as a job's `run`. */
export interface LedgerProgram {
  readonly program: string;
  readonly arguments: readonly string[];
}

/**
 * A program that says on the host itself that it began, works for a moment, and says how it ends: one of `codes` exit
 * codes from 0 on. A shell where there is one: hundreds of these run in a test, and starting Node takes ten times as long.
 * @param ledger file that gets `RUN began` and `RUN ends CODE`, a line each
 */
export function ledgerProgram(ledger: string, codes: number, lastsMs: number): LedgerProgram {
  return process.platform === 'win32' ? nodeProgram(ledger, codes, lastsMs) : shellProgram(ledger, codes, lastsMs);
}

function shellProgram(ledger: string, codes: number, lastsMs: number): LedgerProgram {
  // Process numbers stand in for chance, which a plain shell does not have.
  const script = `
    say() { echo "$CARILLON_RUN_ID $1" >> '${ledger}'; }
    code=$(( $$ % ${codes} ))
    lasts=$(( $$ * 7919 % ${Math.max(1, lastsMs)} ))
    say began
    echo "$CARILLON_RUN_ID"
    sleep "$(( lasts / 1000 )).$(( lasts % 1000 / 100 ))"
    say "ends $code"
    exit "$code"`;
  return { program: '/bin/sh', arguments: ['-c', script] };
}

function nodeProgram(ledger: string, codes: number, lastsMs: number): LedgerProgram {
  const program = `
    const { appendFileSync } = require('node:fs');
    const say = (what) => appendFileSync(${JSON.stringify(ledger)}, process.env.CARILLON_RUN_ID + ' ' + what + '\\n');
    const code = Math.floor(Math.random() * ${codes});
    say('began');
    console.log(process.env.CARILLON_RUN_ID);
    setTimeout(() => { say('ends ' + code); process.exit(code); }, Math.random() * ${lastsMs});`;
  return { program: process.execPath, arguments: ['-e', program] };
}
