import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { onHost } from '@carillon/core/job/host-overrides';
import type { Manifest } from '@carillon/core/job/job-spec';
import type { DesiredCache, Registered, SignedManifest } from '../state/desired-cache.js';

/** Definitions of the whole fleet, by hash: thousands of hosts have the same ones. */
const parsed = new Map<string, Manifest>();

/** What one simulated host has registered, in memory, with what is worked out of it kept. */
export class FleetCache implements DesiredCache {
  private state: Registered = { rev: 0, wanted: [], jobs: [] };
  private readonly byJob = new Map<string, { hash: string; signed: SignedManifest }>();
  private here: Manifest[] | undefined;
  private toldRev = 0;

  /** @param onApplied everything of a revision is registered */
  constructor(
    private readonly hostName: string,
    private readonly onApplied: (rev: number, jobs: number) => void,
  ) {}

  registered(): Registered {
    return this.state;
  }

  storeRegistered(registered: Registered): void {
    this.state = registered;
    this.here = undefined;
    const { rev, wanted, jobs } = registered;
    if (rev === this.toldRev || desiredHash(wanted) !== desiredHash(jobs)) return;
    this.toldRev = rev;
    this.onApplied(rev, jobs.length);
  }

  manifests(): Map<string, SignedManifest> {
    return new Map([...this.byJob.values()].map(({ hash, signed }) => [hash, signed]));
  }

  store(jobId: string, signed: SignedManifest): void {
    this.byJob.set(jobId, { hash: sha256Hex(signed.text), signed });
    this.here = undefined;
  }

  drop(jobId: string): void {
    this.byJob.delete(jobId);
    this.here = undefined;
  }

  /** The registered jobs as they are on this host, in the order of their ids. */
  jobs(): readonly Manifest[] {
    this.here ??= this.state.jobs
      .flatMap(({ jobId, manifestHash }) => {
        const kept = this.byJob.get(jobId);
        return kept?.hash === manifestHash ? [onHost(read(kept.hash, kept.signed), this.hostName)] : [];
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.here;
  }
}

function read(hash: string, { text }: SignedManifest): Manifest {
  const known = parsed.get(hash) ?? (JSON.parse(text) as Manifest);
  parsed.set(hash, known);
  return known;
}
