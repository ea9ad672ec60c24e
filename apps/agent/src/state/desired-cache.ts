import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { DesiredEntry } from '@carillon/core/desired/desired-state';
import type { HostPause } from '@carillon/core/desired/pause';
import { verifyText } from '@carillon/core/desired/signing';
import type { Manifest } from '@carillon/core/job/job-spec';
import { readJson, writeJson } from './files.js';
import { manifestHere } from './manifest-here.js';

/** A definition as it came: the text that is signed, byte for byte. */
export interface SignedManifest {
  readonly text: string;
  readonly signature: string;
}

/** A job that Task Scheduler holds for us. */
export interface RegisteredJob extends DesiredEntry {
  readonly path: string;
  /** Which handing-over of a password it was registered with, for accounts that have one. */
  readonly passwordMark?: string;
}

export interface Registered {
  /** Revision of the index that was last applied; a lower one is never accepted. */
  readonly rev: number;
  /** What should be registered, as last told. */
  readonly wanted: readonly DesiredEntry[];
  readonly jobs: readonly RegisteredJob[];
  /** In which nothing starts by itself, as last told; kept after its end until we are told of another. */
  readonly pause?: HostPause | undefined;
  /** Tasks that may be registered though `jobs` does not say so: their registration began, and its end was not seen. */
  readonly begun?: readonly RegisteredJob[];
}

/** Definitions and what is registered, as the agent keeps them. */
export interface DesiredCache {
  registered(): Registered;
  storeRegistered(registered: Registered): void;
  /** Hash -> manifest of everything kept. */
  manifests(): Map<string, SignedManifest>;
  store(jobId: string, manifest: SignedManifest): void;
  drop(jobId: string): void;
}

const nothing: Registered = { rev: 0, wanted: [], jobs: [] };

/** On disk: one file per job, so that a runner reads only its own. */
export class FileDesiredCache implements DesiredCache {
  constructor(
    private readonly jobsFolder: string,
    private readonly registeredFile: string,
  ) {}

  registered(): Registered {
    return readJson<Registered>(this.registeredFile) ?? nothing;
  }

  storeRegistered(registered: Registered): void {
    writeJson(this.registeredFile, registered);
  }

  manifests(): Map<string, SignedManifest> {
    const found = new Map<string, SignedManifest>();
    for (const name of readdirSync(this.jobsFolder)) {
      const manifest = name.endsWith('.json') ? readJson<SignedManifest>(join(this.jobsFolder, name)) : undefined;
      if (manifest) found.set(sha256Hex(manifest.text), manifest);
    }
    return found;
  }

  store(jobId: string, manifest: SignedManifest): void {
    writeJson(join(this.jobsFolder, `${jobId}.json`), manifest);
  }

  drop(jobId: string): void {
    rmSync(join(this.jobsFolder, `${jobId}.json`), { force: true });
  }
}

/** In memory, for simulated hosts. */
export class MemoryDesiredCache implements DesiredCache {
  private state: Registered = nothing;
  readonly byJob = new Map<string, SignedManifest>();

  registered(): Registered {
    return this.state;
  }

  storeRegistered(registered: Registered): void {
    this.state = registered;
  }

  manifests(): Map<string, SignedManifest> {
    return new Map([...this.byJob.values()].map((manifest) => [sha256Hex(manifest.text), manifest]));
  }

  store(jobId: string, manifest: SignedManifest): void {
    this.byJob.set(jobId, manifest);
  }

  drop(jobId: string): void {
    this.byJob.delete(jobId);
  }
}

/**
 * The definition of one job for its runner, checked again: between registering and firing somebody may have
 * changed the file.
 * @throws Error saying what is wrong
 */
export function loadManifest(
  jobsFolder: string,
  jobId: string,
  signerKeys: readonly string[],
  hostName?: string,
): Manifest {
  if (!/^[0-9a-f-]{36}$/.test(jobId))
    throw new Error(`job id: expected a UUID, got ${JSON.stringify(jobId.slice(0, 60))}`);
  const path = join(jobsFolder, `${jobId}.json`);
  if (!existsSync(path)) throw new Error(`no definition of job ${jobId} on this host`);
  const signed = readJson<SignedManifest>(path);
  if (!signed || !signerKeys.some((key) => verifyText(key, 'carillon/v1/manifest', signed.text, signed.signature))) {
    throw new Error(`the definition of job ${jobId} has no valid signature`);
  }
  return manifestHere(signed.text, hostName);
}
