/** What a schtasks call prints and how it ends. */
export interface Outcome {
  exit: number;
  out?: string;
  error?: string;
}

/**
 * Exit code for wrong arguments. Windows gives 0x80004005 (2147500037); an exit code here has 8 bits, so callers see
 * its lowest byte.
 */
export const BAD_ARGUMENTS = 0x80004005 & 0xff;

export const succeed = (out: string): Outcome => ({ exit: 0, out });
export const fail = (error: string): Outcome => ({ exit: 1, error: `ERROR: ${error}` });
export const misuse = (error: string): Outcome => ({
  exit: BAD_ARGUMENTS,
  error: `ERROR: ${error}\nType "SCHTASKS /?" for usage.`,
});

export const notFound = (name: string) => fail(`The specified task name "${name}" does not exist in the system.`);
export const FILE_MISSING = 'The system cannot find the file specified.';
export const PATH_MISSING = 'The system cannot find the path specified.';
export const BAD_NAME = 'The filename, directory name, or volume label syntax is incorrect.';
export const EXISTS = 'Cannot create a file when that file already exists.';
