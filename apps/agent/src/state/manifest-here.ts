import { onHost } from '@carillon/core/job/host-overrides';
import type { Manifest } from '@carillon/core/job/job-spec';

/**
 * A definition as it is on this host. Only for text whose signature was checked when it came, or is checked by the caller.
 * @param hostName as the centre knows the host; undefined where it is not known, which no override means
 */
export function manifestHere(text: string, hostName: string | undefined): Manifest {
  return onHost(JSON.parse(text) as Manifest, hostName);
}
