import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '@carillon/contract/agent/catalog';
import type { UpgradeTrial } from '@carillon/core/upgrade/upgrade-trial';
import { readJson, writeJson } from '../state/files.js';

/** A version on trial, with what is needed to go on and to go back. */
export interface TrialFile extends UpgradeTrial {
  /** The path that tasks name. */
  readonly program: string;
  /** Copies of the new and of the former program. */
  readonly next: string;
  readonly previous: string;
  /** Of the offer that it came from. */
  readonly plan?: string | undefined;
}

export type UpgradeResult = Body<'upgrade.status'>;

/** What became of an upgrade, with the planning it belongs to. */
interface ResultFile {
  readonly result: UpgradeResult;
  readonly plan?: string | undefined;
}

/** What an upgrade leaves on disk. Each file has one writer, so that agent and watch never undo each other's word. */
export class UpgradeFiles {
  constructor(private readonly root: string) {}

  prepare(): void {
    mkdirSync(this.versions, { recursive: true });
  }

  get versions(): string {
    return join(this.root, 'versions');
  }

  /** Where a release is gathered until it is whole. */
  partOf(sha256: string): string {
    return join(this.root, `${sha256}.part`);
  }

  /** Of the volume where versions are kept. */
  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.root);
    return bavail * bsize;
  }

  /** What was begun of other releases is of no use any more. */
  keepOnlyPart(sha256: string): void {
    for (const name of readdirSync(this.root))
      if (name.endsWith('.part') && name !== `${sha256}.part`) rmSync(join(this.root, name), { force: true });
  }

  /** Programs take space: only those of these versions stay. One that still runs on Windows goes the next time. */
  keepOnlyVersions(versions: readonly string[]): void {
    for (const name of readdirSync(this.versions)) {
      if (versions.includes(name)) continue;
      try {
        rmSync(join(this.versions, name), { recursive: true });
      } catch {
        // It is in use.
      }
    }
  }

  /** Written by the agent that hands over; taken away by the watch when all is decided. */
  get trial(): TrialFile | undefined {
    return readJson<TrialFile>(this.file('trial'));
  }

  beginTrial(trial: TrialFile): void {
    rmSync(this.file('confirmed'), { force: true });
    writeJson(this.file('trial'), trial);
  }

  endTrial(): void {
    rmSync(this.file('trial'), { force: true });
  }

  /** Written by the agent on trial once it is connected. */
  get confirmedVersion(): string | undefined {
    return readJson<{ version: string }>(this.file('confirmed'))?.version;
  }

  confirm(version: string): void {
    writeJson(this.file('confirmed'), { version });
  }

  /** What became of the last upgrade; told at each connection. */
  get result(): UpgradeResult | undefined {
    return this.stored?.result;
  }

  /** Has this host failed at this very planning of a version? */
  hasFailed(version: string, plan: string | undefined): boolean {
    const { stored } = this;
    return plan !== undefined && stored?.plan === plan && isFailure(stored.result, version);
  }

  storeResult(result: UpgradeResult, plan: string | undefined): void {
    this.prepare();
    const file: ResultFile = { result, plan };
    writeJson(this.file('result'), file);
  }

  private get stored(): ResultFile | undefined {
    if (!existsSync(this.root)) return undefined;
    const file = readJson<ResultFile | UpgradeResult>(this.file('result'));
    // Agents before plans wrote the result alone.
    return file && !('result' in file) ? { result: file } : file;
  }

  private file(name: 'trial' | 'confirmed' | 'result'): string {
    return join(this.root, `${name}.json`);
  }
}

function isFailure({ state, version }: UpgradeResult, of: string): boolean {
  return state === 'failed' && version === of;
}
