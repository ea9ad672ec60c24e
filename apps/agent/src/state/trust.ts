import {
  judgeKeySet,
  type KeySetVerdict,
  type Pinned,
  readKeySet,
  revokedKeys,
  type SignedKeySet,
  trustedKeys,
} from '@carillon/core/signing/key-set';
import type { Trust } from '@carillon/core/signing/verify';
import type { AgentFolder } from './agent-folder.js';
import { readJson, writeJson } from './files.js';

interface TrustFile {
  readonly signerKeys?: readonly string[];
  readonly revokedKeys?: readonly string[];
  /** The pinned root; absent where the host joined before there was one and has not been told since. */
  readonly root?: string;
  readonly keys?: SignedKeySet;
}

/** Whom this host obeys: the pinned root, and the keys that it says are good. On disk, where runners read it too. */
export class TrustKeeper {
  private file: TrustFile;

  /** @param joinedWith keys that were pinned when the host joined, where its file of trust does not say */
  constructor(
    private readonly folder: Pick<AgentFolder, 'trust'>,
    joinedWith: readonly string[] = [],
  ) {
    this.file = { signerKeys: joinedWith, ...readJson<TrustFile>(folder.trust) };
  }

  get trust(): Trust {
    return { signerKeys: this.file.signerKeys ?? [], revokedKeys: this.file.revokedKeys ?? [] };
  }

  /** As the root signed it; null where none was taken. */
  get keySet(): SignedKeySet | null {
    return this.file.keys ?? null;
  }

  get pinned(): Pinned {
    const version = (this.file.keys && readKeySet(this.file.keys.text)?.version) ?? 0;
    return { root: this.file.root ?? null, version, signerKeys: this.file.signerKeys ?? [] };
  }

  /** Judges a set of keys, and takes it from then on where it is good and newer. @returns also whether it was news */
  take(offer: SignedKeySet): KeySetVerdict & { readonly isNews?: boolean } {
    const { pinned } = this;
    const verdict = judgeKeySet(offer, pinned);
    if (!verdict.ok) return verdict;
    const { keySet } = verdict;
    if (pinned.root !== null && keySet.version === pinned.version) return { ...verdict, isNews: false };
    const { text, signature, vouchers } = offer;
    const news: TrustFile = {
      signerKeys: trustedKeys(keySet),
      revokedKeys: revokedKeys(keySet),
      root: keySet.root,
      keys: { text, signature, vouchers },
    };
    // Others keep more in this file.
    writeJson(this.folder.trust, { ...readJson<object>(this.folder.trust), ...news });
    this.file = { ...this.file, ...news };
    return { ...verdict, isNews: true };
  }
}
