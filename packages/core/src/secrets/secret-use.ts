import { canonicalJson } from '../desired/canonical-json.js';
import { onHost } from '../job/host-overrides.js';
import type { Manifest, SecretUse } from '../job/job-spec.js';
import { passwordNeed, type RunAs, readRunAs } from '../job/run-as.js';
import { fitsWildcard } from '../text/wildcard.js';
import type { SealedFor } from './hpke.js';

/** What the centre keeps: `secret` for the programs of jobs, `account` the password of an account that jobs run as. */
export const vaultPurposes = ['secret', 'account'] as const;
export type VaultPurpose = (typeof vaultPurposes)[number];

/** One thing in the vault. */
export interface VaultName {
  readonly purpose: VaultPurpose;
  /** In lower case: names of secrets and accounts differ by more than that. */
  readonly name: string;
}

/** What a value that is sealed to a host is bound to: on another host, for another job or version it does not open. */
export interface SealedUse extends VaultName {
  readonly valueVersion: number;
  readonly hostId: string;
  readonly jobId: string;
  readonly version: number;
}

/** What an agent must be able to do to be given secrets of the centre. */
export const sealedSecrets = 'sealed-secrets';

export function vaultName(purpose: VaultPurpose, name: string): VaultName {
  return { purpose, name: name.toLowerCase() };
}

/** One text for one thing in the vault. */
export function vaultKey({ purpose, name }: VaultName): string {
  return `${purpose}/${name}`;
}

/** How a sealed value is bound to where it may be used. */
export function boundTo({ purpose, name, valueVersion, hostId, jobId, version }: SealedUse): SealedFor {
  return {
    purpose: 'carillon/v1/sealed-secret',
    about: canonicalJson({ purpose, name, valueVersion, hostId, jobId, version }),
  };
}

/** What the centre signs of a sealed value, since anybody can seal to a public key. @param sealed base64 */
export function sealedText(use: SealedUse, sealed: string): string {
  return canonicalJson({ kind: 'carillon/sealed-secret/v1', about: boundTo(use).about, sealed });
}

/** What a host signs with the key that it joined with, to tell to which key its secrets are to be sealed. */
export function sealKeyText(hostId: string, key: string): string {
  return canonicalJson({ kind: 'carillon/seal-key/v1', hostId, key });
}

/** Names of the secrets that a definition's program is given, in lower case, each once. */
export function secretNames(secrets: SecretUse | undefined): string[] {
  const { environment = {}, stdin } = secrets ?? {};
  const names = [...Object.values(environment), ...(stdin === undefined ? [] : [stdin])];
  return [...new Set(names.map((name) => name.toLowerCase()))];
}

/** All accounts whose passwords a definition needs somewhere. */
export function accountsNeeded({ runAs, overrides = [] }: Pick<Manifest, 'runAs' | 'overrides'>): string[] {
  const all = [runAs, ...overrides.flatMap((own) => (own.runAs ? [own.runAs] : []))];
  return [...new Set(all.map(accountOf).filter((account) => account !== null))];
}

/** What a definition needs of the vault on one host. */
export function usesOf(definition: Manifest, hostName: string | undefined): VaultName[] {
  const here = onHost(definition, hostName);
  const account = accountOf(here.runAs);
  return [
    ...secretNames(here.run.secrets).map((name) => ({ purpose: 'secret' as const, name })),
    ...(account === null ? [] : [{ purpose: 'account' as const, name: account }]),
  ];
}

/** Managed accounts need none, and where Windows may do without, none is handed out. */
function accountOf(runAs: RunAs): string | null {
  const parts = readRunAs(runAs);
  return parts && parts.kind !== 'service' && passwordNeed(runAs) === 'always' ? parts.account.toLowerCase() : null;
}

/** May a job use a secret? By the secret's list of names and patterns (`etl-*`); an empty one is for no job. */
export function isForJob(patterns: readonly string[], jobName: string): boolean {
  return patterns.some((pattern) => fitsWildcard(pattern, jobName));
}
