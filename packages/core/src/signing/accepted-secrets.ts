import { verifyText } from '../desired/signing.js';
import type { Manifest } from '../job/job-spec.js';
import { isForJob, sealKeyText, usesOf, type VaultName, vaultKey } from '../secrets/secret-use.js';
import type { AcceptedRecord } from './book-entry.js';
import { type Refusal, refuse } from './refusal.js';

/** What was accepted of one thing in the vault. */
export interface AcceptedSecret {
  readonly version: number;
  /** Names and patterns of jobs. */
  readonly jobs: readonly string[];
  /** SHA-256 of what is stored of its value. */
  readonly sealedHash: string;
  readonly isGone: boolean;
}

type SealKey = Extract<AcceptedRecord, { kind: 'seal-key' }>;
type SecretRecord = Extract<AcceptedRecord, { kind: 'secret' }>;

/** A value that a host asks for. */
export interface ProposedUse extends VaultName {
  readonly hostId: string;
  readonly jobId: string;
  readonly version: number;
  /** The definition's text, as the database has it. */
  readonly text: string;
  /** Of what the database has of the value. */
  readonly sealedHash: string;
}

/** What the book says of secrets: which value counts, for which jobs, and to which key of each host it is sealed. */
export class AcceptedSecrets {
  private readonly keys = new Map<string, string>();
  private readonly secrets = new Map<string, AcceptedSecret>();

  /** @param publicKey by which the host signs, as the book has it; a key that it did not sign is not taken */
  takeKey({ hostId, key, signature }: SealKey, publicKey: string | undefined): void {
    if (isSigned({ hostId, key, signature }, publicKey)) this.keys.set(hostId, key);
  }

  judgeKey(told: SealKey, host: { name: string; publicKey: string } | undefined): { ok: true } | Refusal {
    return isSigned(told, host?.publicKey)
      ? { ok: true }
      : refuse(
          'bad_signature',
          `host ${host?.name ?? told.hostId}: the key for its secrets is not signed by the key that it joined with`,
        );
  }

  /** A host that joined anew, or whose key was changed, tells its key for secrets again. */
  forgetKey(hostId: string): void {
    this.keys.delete(hostId);
  }

  take(record: SecretRecord): void {
    const { version, jobs, sealedHash } = record;
    this.secrets.set(vaultKey(record), { version, jobs, sealedHash, isGone: false });
  }

  takeGone(record: VaultName): void {
    const known = this.secrets.get(vaultKey(record));
    if (known) this.secrets.set(vaultKey(record), { ...known, isGone: true });
  }

  /** A value's version only grows, and stays the same only while the value does. */
  judge(record: SecretRecord): { ok: true } | Refusal {
    const known = this.secrets.get(vaultKey(record));
    if (!known || record.version > known.version) return { ok: true };
    const isSame = record.version === known.version && record.sealedHash === known.sealedHash && !known.isGone;
    return isSame
      ? { ok: true }
      : refuse('rollback', `${record.purpose} ${record.name}: version ${record.version} is not above ${known.version}`);
  }

  get(name: VaultName): AcceptedSecret | undefined {
    return this.secrets.get(vaultKey(name));
  }

  /** May the value be sealed to this host for this definition? The caller knows its text to be the accepted one. */
  judgeUse(
    { purpose, name, hostId, text, sealedHash }: ProposedUse,
    { jobName, hostName }: { jobName: string; hostName: string },
  ): { readonly ok: true; readonly key: string; readonly valueVersion: number } | Refusal {
    const known = this.secrets.get(vaultKey({ purpose, name }));
    const what = `${purpose} ${name}` as const;
    if (!known || known.isGone) return refuse('unknown_secret', `${what} was never handed over here`);
    if (known.sealedHash !== sealedHash)
      return refuse('other_secret', `${what}: what is stored of it is not what was handed over`);
    const uses = usesOf(JSON.parse(text) as Manifest, hostName);
    if (!uses.some((use) => use.purpose === purpose && use.name === name))
      return refuse('not_for_job', `job ${jobName} does not use ${what}`);
    if (!isForJob(known.jobs, jobName)) return refuse('not_for_job', `${what} is not for job ${jobName}`);
    const key = this.keys.get(hostId);
    if (key === undefined)
      return refuse('no_seal_key', `host ${hostName} has not told to which key secrets are sealed`);
    return { ok: true, key, valueVersion: known.version };
  }

  contents(): { readonly keys: ReadonlyMap<string, string>; readonly secrets: ReadonlyMap<string, AcceptedSecret> } {
    return { keys: this.keys, secrets: this.secrets };
  }
}

function isSigned({ hostId, key, signature }: Omit<SealKey, 'kind'>, publicKey: string | undefined): boolean {
  return publicKey !== undefined && verifyText(publicKey, 'carillon/v1/seal-key', sealKeyText(hostId, key), signature);
}
