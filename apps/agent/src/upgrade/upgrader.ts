import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Body } from '@carillon/contract/agent/catalog';
import type { PolicyVerdict } from '@carillon/core/policy/host-policy';
import type { UpgradeText } from '@carillon/core/text/host-fault-texts';
import { judgeRelease, type Release } from '@carillon/core/upgrade/release';
import type { Log } from '../lib/log.js';
import { keepVersion, type ProgramFile } from './program-file.js';
import type { UpgradeFiles, UpgradeResult } from './upgrade-files.js';

export interface UpgradeLink {
  get(body: Body<'release.get'>): void;
  status(body: UpgradeResult): void;
}

export interface UpgraderPorts {
  readonly files: UpgradeFiles;
  readonly version: string;
  /** Undefined where there is no file to replace. */
  readonly program: ProgramFile | undefined;
  readonly releaseKeys: () => readonly string[];
  readonly judge: () => PolicyVerdict;
  /** Has the watch started, which puts the new program in place and looks after it. */
  readonly handOver: () => Promise<void>;
  readonly log: Log;
}

interface Wanted {
  readonly release: Release;
  readonly healthWithinMs: number;
  readonly plan: string | undefined;
}

const programMs = 60_000;
const lookMs = 500;
const copies = 3;

/** Takes what the centre offers: judges it, fetches it, tries it out, and hands over to the watch. */
export class Upgrader {
  private link: UpgradeLink | undefined;
  private wanted: Wanted | undefined;
  private work: Promise<void> = Promise.resolve();
  private waiting: NodeJS.Timeout | undefined;

  constructor(private readonly ports: UpgraderPorts) {}

  /** A watch that was cut off goes on: the trial stands on disk. */
  async start(): Promise<void> {
    if (this.ports.files.trial) await this.ports.handOver();
  }

  attach(link: UpgradeLink): void {
    const { files, version } = this.ports;
    this.link = link;
    this.wanted = undefined;
    // Being welcomed by the server is what a new version has to show.
    if (files.trial?.version === version) {
      files.confirm(version);
      this.tellWhenDecided();
    } else if (files.result) link.status(files.result);
  }

  detach(): void {
    clearInterval(this.waiting);
    this.link = undefined;
    this.wanted = undefined;
  }

  onOffer({ text, signature, healthWithinMs, plan }: Body<'upgrade.offer'>): void {
    const { files, program, version, releaseKeys, judge, log } = this.ports;
    if (files.trial) return;
    const facts = {
      releaseKeys: releaseKeys(),
      currentVersion: version,
      platform: program?.platform,
      nowMs: Date.now(),
    };
    const verdict = judgeRelease({ text, signature }, facts);
    const allowed = judge();
    const refusal = verdict.ok ? (allowed.ok ? undefined : allowed) : verdict;
    if (!verdict.ok || refusal) {
      log.warn('refused an upgrade', { code: refusal?.code, message: refusal?.message });
      this.link?.status(resultOf(versionIn(text), 'failed', refusal));
      return;
    }
    const { release } = verdict;
    if (this.wanted?.release.sha256 === release.sha256) return;
    if (files.result && files.hasFailed(release.version, plan)) {
      // Sent before the server knew of it. Trying again would end the same way, and go on for ever.
      this.link?.status(files.result);
      return;
    }
    files.prepare();
    files.keepOnlyPart(release.sha256);
    this.wanted = { release, healthWithinMs, plan };
    const { freeBytes } = files;
    // The file, its copy under its version, and the one that takes the program's place.
    const neededBytes = copies * release.bytes;
    if (freeBytes < neededBytes) {
      this.fail(
        release,
        'no_space',
        `${neededBytes} bytes are needed beside the spool, ${freeBytes} are free` satisfies UpgradeText,
      );
      return;
    }
    log.info('an upgrade is fetched', { version: release.version, bytes: release.bytes });
    this.tell(release.version, 'downloading');
    this.fetchOn(release);
  }

  onChunk(chunk: Body<'release.chunk'>): void {
    const release = this.wanted?.release;
    if (!release || chunk.sha256 !== release.sha256) return;
    const part = this.ports.files.partOf(release.sha256);
    try {
      if (chunk.offset === sizeOf(part)) appendFileSync(part, Buffer.from(chunk.data, 'base64'), { mode: 0o700 });
    } catch (error) {
      // A full disk: the session, and the runs it tells of, go on without the upgrade.
      this.fail(release, 'no_space', error);
      return;
    }
    if (chunk.data === '')
      this.fail(release, 'bad_hash', `the file ends after ${chunk.offset} bytes` satisfies UpgradeText);
    else this.fetchOn(release);
  }

  /** Resolves when nothing is being tried out. */
  async settle(): Promise<void> {
    await this.work;
  }

  /** The watch has the last word, and says it on disk. */
  private tellWhenDecided(): void {
    const { files } = this.ports;
    clearInterval(this.waiting);
    this.waiting = setInterval(() => {
      if (files.trial) return;
      clearInterval(this.waiting);
      if (files.result) this.link?.status(files.result);
    }, lookMs);
    this.waiting.unref();
  }

  /** One request at a time: the answer to it asks for the next. What is on disk already is not fetched again. */
  private fetchOn(release: Release): void {
    const have = sizeOf(this.ports.files.partOf(release.sha256));
    if (have < release.bytes) this.link?.get({ sha256: release.sha256, offset: have });
    else
      this.work = this.work
        .then(() => this.take(release))
        .catch((error: unknown) => this.fail(release, 'internal', error));
  }

  private async take(release: Release): Promise<void> {
    const { files, program, version, handOver, log } = this.ports;
    const wanted = this.wanted;
    if (!program || !wanted || files.trial) return;
    const part = files.partOf(release.sha256);
    if ((await sha256Of(part)) !== release.sha256) {
      rmSync(part, { force: true });
      return this.fail(release, 'bad_hash', 'the file is not the one that was signed' satisfies UpgradeText);
    }
    const next = keepVersion(files.versions, release.version, part, basename(program.path));
    rmSync(part, { force: true });
    const said = await versionOf(program, next).catch((error: unknown) => String(error));
    if (said !== release.version)
      return this.fail(
        release,
        'does_not_start',
        `asked for its version it said ${JSON.stringify(said.slice(0, 300))}` satisfies UpgradeText,
      );
    const previous = keepVersion(files.versions, version, program.path);
    const startedMs = Date.now();
    files.beginTrial({
      version: release.version,
      fromVersion: version,
      sha256: release.sha256,
      startedMs,
      deadlineMs: startedMs + wanted.healthWithinMs,
      program: program.path,
      next,
      previous,
      plan: wanted.plan,
    });
    this.tell(release.version, 'trying');
    log.info('an upgrade is tried', { from: version, to: release.version });
    await handOver();
  }

  private fail(release: Release, code: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.ports.log.warn('an upgrade failed', { version: release.version, code, message });
    this.tell(release.version, 'failed', { code, message });
    this.wanted = undefined;
  }

  private tell(version: string, state: UpgradeResult['state'], why?: { code: string; message: string }): void {
    const result = resultOf(version, state, why);
    this.ports.files.storeResult(result, this.wanted?.plan);
    this.link?.status(result);
  }
}

export function resultOf(
  version: string,
  state: UpgradeResult['state'],
  why?: { readonly code: string; readonly message: string },
): UpgradeResult {
  const at = new Date().toISOString();
  return { version, state, code: why?.code ?? null, message: why?.message.slice(0, 2_000) ?? null, at };
}

/** Of a release that is not believed: only to name what was refused. */
function versionIn(text: string): string {
  const found = /"version":"([0-9.]{1,20})"/.exec(text)?.[1];
  return found ?? 'unknown';
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** What a program says that it is: one that cannot even say this is not put in place. */
async function versionOf(program: ProgramFile, path: string): Promise<string> {
  const [command, args] = program.platform === 'node' ? [process.execPath, [path, '--version']] : [path, ['--version']];
  const { stdout } = await promisify(execFile)(command, args, { timeout: programMs, windowsHide: true });
  return stdout.trim();
}
