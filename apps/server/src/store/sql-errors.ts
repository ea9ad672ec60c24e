/**
 * Does the error lie in the data (SQLSTATE classes 22 data exception, 23 integrity, 54 limit exceeded)? Only then may
 * a row be given up. Everything else (connection, lock, disk, a missing column after a bad deployment) would fail for
 * any row and is tried again.
 */
export function isDataError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(22|23|54)[0-9A-Z]{3}$/.test(code);
}
