import type { AlertDocumentKind } from '@carillon/core/state/states';
import { useMay } from '../../../lib/use-may.js';

/** Whether the reader may make, change and delete documents of a kind, as the server decides it. */
export function useMayWrite(kind: AlertDocumentKind): boolean {
  return useMay(kind === 'Freeze' ? 'freeze.write' : 'alert.write');
}
