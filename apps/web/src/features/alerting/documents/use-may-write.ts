import type { AlertDocumentKind } from '@carillon/core/state/states';
import { mayEverywhere } from '../../../lib/may.js';
import { useGrants, useMay } from '../../../lib/use-may.js';

/** Whether the reader may make, change and delete documents of a kind, as the server decides it. */
export function useMayWrite(kind: AlertDocumentKind): boolean {
  const grants = useGrants();
  const may = useMay(kind === 'Freeze' ? 'freeze.write' : 'alert.write');
  // Its days are those of any job that names it.
  return kind === 'Calendar' ? mayEverywhere(grants, 'job.write') : may;
}
