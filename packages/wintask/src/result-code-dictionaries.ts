/** What an exit code of a certain program means for its run. */
export type ResultVerdict = 'success' | 'warning' | 'failure';

export interface DictionaryEntry {
  readonly from: number;
  readonly to: number;
  readonly verdict: ResultVerdict;
  readonly text: string;
}

const entry = (from: number, to: number, verdict: ResultVerdict, text: string): DictionaryEntry => ({
  from,
  to,
  verdict,
  text,
});

/**
 * Exit codes of programs that do not mean "0 is good, the rest is bad". Sources: Microsoft Learn, "robocopy" (exit codes
 * are a bit field; from 8 on at least one file failed); "MsiExec.exe and InstMsi.exe error messages"; POSIX.1-2017
 * 2.8.2 (exit status of shells).
 */
export const resultCodeDictionaries = {
  robocopy: [
    entry(0, 0, 'success', 'Nothing was copied: source and destination are the same.'),
    entry(1, 1, 'success', 'All files were copied.'),
    entry(2, 2, 'success', 'There are extra files in the destination; nothing was copied.'),
    entry(3, 3, 'success', 'Files were copied; there are extra files in the destination.'),
    entry(4, 7, 'warning', 'Some files or folders did not match; look at the log.'),
    entry(8, 15, 'failure', 'Some files could not be copied.'),
    entry(16, 0xffff_ffff, 'failure', 'Serious error: nothing was copied.'),
  ],
  msiexec: [
    entry(0, 0, 'success', 'The installation is complete.'),
    entry(1602, 1602, 'failure', 'The user cancelled the installation.'),
    entry(1603, 1603, 'failure', 'A fatal error during the installation.'),
    entry(1605, 1605, 'failure', 'The product is not installed.'),
    entry(1618, 1618, 'failure', 'Another installation is under way.'),
    entry(1638, 1638, 'warning', 'Another version of the product is already installed.'),
    entry(1641, 1641, 'success', 'The installation is complete and has started a restart.'),
    entry(3010, 3010, 'warning', 'The installation is complete; a restart is needed.'),
  ],
  posix: [
    entry(0, 0, 'success', 'The program succeeded.'),
    entry(1, 1, 'failure', 'A run-time error.'),
    entry(2, 2, 'failure', 'Wrong usage.'),
    entry(126, 126, 'failure', 'The command was found and may not be executed.'),
    entry(127, 127, 'failure', 'The command was not found.'),
    entry(129, 192, 'failure', 'The program was ended by a signal.'),
  ],
} as const satisfies Record<string, readonly DictionaryEntry[]>;

export type DictionaryName = keyof typeof resultCodeDictionaries;
export const dictionaryNames = Object.keys(resultCodeDictionaries) as DictionaryName[];

/** A code in the words of one program; what its dictionary does not know is a failure without words. Signed codes too. */
export function describeWith(name: DictionaryName, code: number): { verdict: ResultVerdict; text: string | undefined } {
  const unsigned = code >>> 0;
  const entries: readonly DictionaryEntry[] = resultCodeDictionaries[name];
  const found = entries.find(({ from, to }) => unsigned >= from && unsigned <= to);
  return { verdict: found?.verdict ?? 'failure', text: found?.text };
}

/** The ranges of one verdict. */
export function rangesOf(name: DictionaryName, verdict: ResultVerdict): { from: number; to: number }[] {
  const entries: readonly DictionaryEntry[] = resultCodeDictionaries[name];
  return entries.filter((candidate) => candidate.verdict === verdict).map(({ from, to }) => ({ from, to }));
}
