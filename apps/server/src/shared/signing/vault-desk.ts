import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { sealTo } from '@carillon/core/secrets/hpke';
import { boundTo, sealedText, type VaultName, vaultKey } from '@carillon/core/secrets/secret-use';
import type { AcceptedBook } from '@carillon/core/signing/accepted-book';
import { type Refusal, refuse } from '@carillon/core/signing/refusal';
import { isSealedForm, type Sealer } from '../sealer.js';
import type { SealAsk, SealedValue, VaultRow } from './signer-requests.js';

/**
 * The secrets of jobs, inside the signer: values come in once, are kept by the database as ciphertext that only this
 * process opens, and leave it sealed to one host. By the book, not by the database, it knows to which.
 */
export class VaultDesk {
  constructor(
    private readonly sealer: Sealer,
    private readonly facts: {
      readonly book: () => AcceptedBook;
      readonly notWhole: () => Refusal | null;
      readonly sign: (text: string) => string;
    },
  ) {}

  /** @returns what is to be stored; its version is above every one that was accepted */
  put(name: VaultName, value: string): SealedValue | Refusal {
    const flaw = this.facts.notWhole();
    if (flaw) return flaw;
    const valueVersion = (this.facts.book().secrets.get(name)?.version ?? 0) + 1;
    return { valueVersion, sealed: this.sealer.seal(rowName(name, valueVersion), value).toString('base64') };
  }

  /** Seals a value to a host, for one definition. */
  seal({ sealed, ...ask }: SealAsk): SealedValue | Refusal {
    const verdict = this.facts.notWhole() ?? this.facts.book().judgeUse({ ...ask, sealedHash: sealedHash(sealed) });
    if (!verdict.ok) return verdict;
    const { purpose, name, hostId, jobId, version } = ask;
    const { key, valueVersion } = verdict;
    const value = this.openRow({ purpose, name, version: valueVersion, sealed });
    if (value === null)
      return refuse('other_secret', `${purpose} ${name}: it cannot be opened with the vault key of this server`);
    const about = { purpose, name, valueVersion, hostId, jobId, version };
    const given = sealTo(key, value, boundTo(about)).toString('base64');
    return { valueVersion, sealed: given, signature: this.facts.sign(sealedText(about, given)) };
  }

  /** `plain`: what is stored has not the form of anything sealed. */
  check(row: VaultRow): 'good' | 'closed' | 'plain' {
    if (!isSealedForm(Buffer.from(row.sealed, 'base64'))) return 'plain';
    return this.openRow(row) === null ? 'closed' : 'good';
  }

  private openRow({ version, sealed, ...name }: VaultRow): string | null {
    try {
      return this.sealer.open(rowName(name, version), Buffer.from(sealed, 'base64'));
    } catch {
      return null;
    }
  }
}

/** By which the book knows a stored value. @param sealed base64 */
export function sealedHash(sealed: string): string {
  return sha256Hex(Buffer.from(sealed, 'base64'));
}

/** A value cannot be passed off as another's, nor as a later one of the same. */
function rowName(name: VaultName, version: number): string {
  return `${vaultKey(name)}|${version}`;
}
