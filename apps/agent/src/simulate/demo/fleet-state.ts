import { createPrivateKey } from 'node:crypto';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyId } from '@carillon/core/desired/signing';
import { readJson, writeJson } from '../../state/files.js';
import type { Identity } from '../../state/identity.js';
import type { Tampering } from './demo-host.js';

interface StoredHost {
  readonly agentId: string;
  readonly publicKey: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  readonly signerKeys: readonly string[];
  readonly agentVersion?: string;
}

interface StateFile {
  /** When the fleet was first started. */
  readonly beganMs: number;
  /** Until when what happened was told. */
  readonly toldMs: number | null;
  /** Of the numbers of events; each start has its own. */
  readonly epoch: number;
  readonly hosts: Readonly<Record<string, StoredHost>>;
  readonly tampered: readonly (Tampering & { readonly host: string })[];
}

/** What the fleet of a demo keeps from one start to the next; readable by its owner only, since keys are in it. */
export class FleetState {
  private file: StateFile;

  constructor(
    private readonly path: string,
    nowMs: number,
  ) {
    const before = readJson<StateFile>(path) ?? { beganMs: nowMs, toldMs: null, epoch: 0, hosts: {}, tampered: [] };
    this.file = { ...before, epoch: before.epoch + 1 };
    this.write();
  }

  get beganMs(): number {
    return this.file.beganMs;
  }

  get toldMs(): number | null {
    return this.file.toldMs;
  }

  get epoch(): number {
    return this.file.epoch;
  }

  get tampered() {
    return this.file.tampered;
  }

  /** Undefined: it never joined. */
  identityOf(name: string): Identity | undefined {
    const stored = this.file.hosts[name];
    if (!stored) return undefined;
    const { publicKey, privateKey, agentId, signerKeys } = stored;
    return {
      publicKey,
      privateKey: createPrivateKey(privateKey),
      localKey: createPrivateKey(privateKey),
      keyId: keyId(publicKey, sha256Hex),
      ...{ agentId, name, signerKeys },
    };
  }

  versionOf(name: string): string | undefined {
    return this.file.hosts[name]?.agentVersion;
  }

  /** Kept at the next `write`. */
  joined(name: string, { agentId, publicKey, privateKey, signerKeys }: Identity): void {
    if (!agentId || this.file.hosts[name]) return;
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    this.keep({ hosts: { ...this.file.hosts, [name]: { agentId, publicKey, privateKey: pem, signerKeys } } });
  }

  upgraded(name: string, agentVersion: string): void {
    const stored = this.file.hosts[name];
    if (stored) this.keep({ hosts: { ...this.file.hosts, [name]: { ...stored, agentVersion } } });
  }

  told(nowMs: number): void {
    this.keep({ toldMs: nowMs });
  }

  tamperedWith(host: string, tampering: Tampering): void {
    this.keep({ tampered: [...this.file.tampered, { ...tampering, host }] });
  }

  /** What was done to a task does not come back with the next start. */
  putBack(host: string, job: string): void {
    this.keep({ tampered: this.file.tampered.filter((each) => each.host !== host || each.job !== job) });
  }

  write(): void {
    writeJson(this.path, this.file);
  }

  private keep(change: Partial<StateFile>): void {
    this.file = { ...this.file, ...change };
  }
}
