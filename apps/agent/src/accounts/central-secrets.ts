import type { KeyObject } from 'node:crypto';
import type { Body } from '@carillon/contract/agent/catalog';
import { signText } from '@carillon/core/desired/signing';
import type { Manifest } from '@carillon/core/job/job-spec';
import { openSealed, type SealKeys } from '@carillon/core/secrets/hpke';
import {
  boundTo,
  type SealedUse,
  sealedText,
  sealKeyText,
  usesOf,
  type VaultName,
  vaultKey,
} from '@carillon/core/secrets/secret-use';
import { judgeSignature, type Trust } from '@carillon/core/signing/verify';
import type { SigningRefusalText } from '@carillon/core/text/signature-texts';
import type { Log } from '../lib/log.js';
import type { RegisteredJob } from '../state/desired-cache.js';
import type { PasswordFile } from './password-file.js';

type Use = VaultName & { readonly jobId: string; readonly version: number };
type Item = Body<'secrets.state'>['items'][number];
type StatusItem = Body<'secrets.status'>['items'][number];
type JobStatus = Body<'apply.status'>['jobs'][number];

export interface SecretsLink {
  key(body: Body<'secrets.key'>): void;
  get(body: Body<'secrets.get'>): void;
  status(body: Body<'secrets.status'>): void;
}

/** Where what the centre gave is kept. */
export type CentralShelf = Pick<PasswordFile, 'setCentral' | 'forgetCentral' | 'centralVersion' | 'hasOwn' | 'markOf'>;

export interface CentralPorts {
  readonly agentId: string;
  readonly hostName: () => string | undefined;
  /** By which the agent signs. */
  readonly privateKey: KeyObject;
  readonly sealKeys: SealKeys;
  readonly trust: () => Trust;
  readonly secrets: CentralShelf;
  readonly passwords: CentralShelf;
  readonly registered: () => readonly RegisteredJob[];
  readonly log: Log;
}

/** Registering waits so long for passwords that jobs need and that nobody has given here yet; then it is tried without. */
const answerWithinMs = 5_000;
const mostUses = 500;

/**
 * Secrets and passwords of the centre on this host: asks for what the jobs of the host need, opens what is sealed to it, keeps
 * it as what was handed over here is kept, and tells how the host stands with each. What no job needs any more goes.
 */
export class CentralSecrets {
  private link: SecretsLink | undefined;
  /** The centre gives secrets; others say nothing, and are asked nothing. */
  private isGiven = false;
  private uses: readonly Use[] = [];
  /** Why the centre gave none, or what was wrong with what it gave. */
  private readonly flaws = new Map<string, { readonly code: string; readonly message?: string }>();
  /** Of jobs whose registration failed when it was last tried. */
  private failed: ReadonlyMap<string, JobStatus> = new Map();
  private waiting: (() => void) | undefined;

  constructor(private readonly ports: CentralPorts) {}

  attach(link: SecretsLink): void {
    this.link = link;
  }

  detach(): void {
    this.link = undefined;
    this.isGiven = false;
    this.waiting?.();
  }

  /** The centre gives secrets, and there may be news. */
  onNotice({ sealKey }: Body<'secrets.notice'>): void {
    this.isGiven = true;
    const { sealKeys, agentId, privateKey } = this.ports;
    const { publicKey: key } = sealKeys;
    if (sealKey !== key)
      this.link?.key({ key, signature: signText(privateKey, 'carillon/v1/seal-key', sealKeyText(agentId, key)) });
    this.ask();
  }

  /**
   * These are the definitions that the host should have, before they are registered. Resolves when what they need has come,
   * or is not to be had now.
   */
  async want(manifests: readonly Manifest[]): Promise<void> {
    const before = JSON.stringify(this.uses);
    const all = manifests.flatMap((manifest) => {
      const { jobId, version } = manifest;
      return usesOf(manifest, this.ports.hostName()).map((use) => ({ ...use, jobId, version }));
    });
    if (all.length > mostUses)
      this.ports.log.warn('jobs of this host use more secrets than are asked for', {
        uses: all.length,
        most: mostUses,
      });
    this.uses = all.slice(0, mostUses);
    const needed = new Set(this.uses.map((use) => (use.purpose === 'account' ? vaultKey(use) : placeOf(use))));
    this.ports.passwords.forgetCentral((name) =>
      needed.has(vaultKey({ purpose: 'account', name: name.toLowerCase() })),
    );
    this.ports.secrets.forgetCentral((name, jobId = '') =>
      needed.has(placeOf({ purpose: 'secret', name: name.toLowerCase(), jobId })),
    );
    if (!this.isGiven || JSON.stringify(this.uses) === before) return;
    const isWaited = this.uses.some((use) => !this.isOwn(use) && this.versionOf(use) === undefined);
    this.ask();
    if (isWaited) await this.answered();
  }

  /** What the centre gives, each item for itself. */
  onState({ items, last }: Body<'secrets.state'>): void {
    for (const item of items) this.take(item);
    if (!last) return;
    this.waiting?.();
    this.report();
  }

  /** What became of registering jobs: with a new password above all. */
  noteApplied(jobs: readonly JobStatus[]): void {
    this.failed = new Map(jobs.filter(({ state }) => state === 'failed').map((job) => [job.jobId, job]));
    if (this.isGiven && this.uses.some(({ purpose }) => purpose === 'account')) this.report();
  }

  private ask(): void {
    const uses = this.uses.map((use) => ({ ...use, have: this.versionOf(use) ?? null }));
    if (uses.length > 0) this.link?.get({ uses });
    else this.report();
  }

  private answered(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.waiting?.(), answerWithinMs);
      this.waiting = () => {
        clearTimeout(timer);
        this.waiting = undefined;
        resolve();
      };
    });
  }

  private take(item: Item): void {
    const { purpose, name, jobId, version, valueVersion, sealed, code } = item;
    const use = this.uses.find((each) => placeOf(each) === placeOf(item) && each.version === version);
    if (!use) return;
    const flaw = (why: string, message?: string) =>
      this.flaws.set(placeOf(use), { code: why, ...(message === undefined ? {} : { message }) });
    if (valueVersion === null) return void flaw(code ?? 'unknown_secret');
    if (sealed === undefined) return void this.flaws.delete(placeOf(use));
    const about: SealedUse = { purpose, name, valueVersion, hostId: this.ports.agentId, jobId, version };
    const verdict = this.open(about, item);
    if (!verdict.ok) {
      this.ports.log.warn('refused a secret of the centre', { name, code: verdict.code, message: verdict.message });
      return void flaw(verdict.code, verdict.message);
    }
    this.flaws.delete(placeOf(use));
    const central = purpose === 'secret' ? { version: valueVersion, jobId } : { version: valueVersion };
    // Several jobs may run as one account; registering again for each of them would be for nothing.
    if (this.versionOf(use) === valueVersion) return;
    this.fileOf(use).setCentral(name, verdict.value, Date.now(), central);
    // What failed did so without it; how it goes with it is told after the next look.
    const now = new Set(this.uses.filter((each) => vaultKey(each) === vaultKey(use)).map((each) => each.jobId));
    this.failed = new Map([...this.failed].filter(([failedJob]) => !now.has(failedJob)));
  }

  /** Nothing is believed of a value that no key of the centre has signed: anybody can seal to a public key. */
  private open(about: SealedUse, { sealed = '', signature = '' }: Item) {
    const no = (code: string, message: SigningRefusalText) => ({ ok: false, code, message }) as const;
    const text = sealedText(about, sealed);
    const signed = judgeSignature(
      { context: 'carillon/v1/sealed-secret', text, signature },
      this.ports.trust(),
      `${about.purpose} ${about.name}`,
    );
    if (!signed.ok) return signed;
    const had = this.versionOf(about);
    if (had !== undefined && about.valueVersion < had)
      return no('rollback', `${about.purpose} ${about.name}: version ${about.valueVersion} is older than ${had}`);
    try {
      const value = openSealed(this.ports.sealKeys.privateKey, Buffer.from(sealed, 'base64'), boundTo(about));
      return { ok: true, value } as const;
    } catch {
      return no('cannot_open', `${about.purpose} ${about.name}: it is not sealed to this host, or not for this job`);
    }
  }

  private report(): void {
    const names = new Map(this.uses.map((use) => [vaultKey(use), use]));
    const items = [...names.values()].map(({ purpose, name }) => this.standing({ purpose, name }));
    this.link?.status({ items });
  }

  private standing(name: VaultName): StatusItem {
    const uses = this.uses.filter((use) => vaultKey(use) === vaultKey(name));
    const versions = uses.map((use) => this.versionOf(use));
    const version = versions.some((each) => each === undefined) ? null : Math.min(...(versions as number[]));
    if (this.isOwn(name)) return { ...name, state: 'own', version };
    const flaw = uses.map((use) => this.flaws.get(placeOf(use))).find((each) => each !== undefined);
    if (flaw?.message !== undefined) return { ...name, state: 'failed', version, ...flaw };
    if (version === null) return { ...name, state: 'waiting', version, ...flaw };
    const state = name.purpose === 'secret' ? ({ state: 'stored' } as const) : this.registration(uses);
    // It has one, and why it has not the newest.
    return { ...name, ...flaw, ...state, version };
  }

  /** Windows tries a password when a task is registered with it. */
  private registration(uses: readonly Use[]): Pick<StatusItem, 'state' | 'code' | 'message'> {
    const failure = uses.map(({ jobId }) => this.failed.get(jobId)).find((job) => job !== undefined);
    if (failure) {
      const { code = 'failed', message = '' } = failure;
      return { state: 'failed', code, message };
    }
    const jobs = new Map(this.ports.registered().map((job) => [job.jobId, job]));
    const isWith = ({ name, jobId }: Use) => jobs.get(jobId)?.passwordMark === this.ports.passwords.markOf(name);
    return { state: uses.every(isWith) ? 'verified' : 'stored' };
  }

  private isOwn({ purpose, name }: VaultName): boolean {
    return this.fileOf({ purpose }).hasOwn(name);
  }

  private versionOf({ purpose, name, jobId }: VaultName & { readonly jobId: string }): number | undefined {
    return this.fileOf({ purpose }).centralVersion(name, purpose === 'secret' ? jobId : undefined);
  }

  private fileOf({ purpose }: Pick<VaultName, 'purpose'>): CentralShelf {
    return purpose === 'secret' ? this.ports.secrets : this.ports.passwords;
  }
}

function placeOf(use: VaultName & { readonly jobId: string }): string {
  return `${use.jobId} ${vaultKey(use)}`;
}
