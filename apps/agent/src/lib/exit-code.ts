/** Windows keeps 32 bits, which Node takes as a signed number; POSIX keeps the lowest 8. */
export function toExitCode(code: number): number {
  if (process.platform === 'win32') return code | 0;
  return code === 0 || (code & 0xff) !== 0 ? code & 0xff : 255;
}
