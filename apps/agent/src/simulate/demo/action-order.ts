import type { Manifest } from '@carillon/core/job/job-spec';
import type { UsualLoad } from './demo-load.js';

/** What an action of a demo's host needs to be carried out, as it is handed to another thread. */
export interface ActionOrder {
  readonly job: Pick<Manifest, 'name' | 'jobId' | 'version' | 'run'>;
  readonly runId: string;
  /** ISO 8601; null: it was started by hand. */
  readonly scheduledFor: string | null;
  readonly isDryRun: boolean;
  readonly host: string;
  readonly timezone: string;
  readonly load: UsualLoad;
  readonly seed: number;
  /** Folder of the disks of all hosts. */
  readonly disks: string;
  /** Who answers for `example.com`: an address of this machine that ends with a slash. */
  readonly exampleUrl: string;
}

export type ActionNews =
  | { readonly kind: 'wrote'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'ended'; readonly exitCode: number };
