import type { Body } from '@carillon/contract/agent/catalog';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { type AgentKeys, type AgentStep, afterWelcome, keyToTry, rotationText } from '@carillon/core/host/key-rotation';
import type { AgentFolder } from './agent-folder.js';
import { candidateOf, commitCandidate, type Identity, loadIdentity, storeCandidate } from './identity.js';

/** The host's key, and the one that may come after it. What is kept is on disk before the centre hears of it. */
export class KeyKeeper {
  private keys: AgentKeys<Identity>;
  /** The centre did not know the candidate when it was tried. */
  private refused = false;
  private used: 'current' | 'candidate' = 'current';

  constructor(private readonly folder: Pick<AgentFolder, 'identity'>) {
    this.keys = keysIn(folder);
  }

  /** The host with the key by which it is known. */
  get current(): Identity {
    return this.keys.current;
  }

  /** With which to sign in now. */
  toTry(): Identity {
    this.used = keyToTry(this.keys, this.refused);
    return (this.used === 'candidate' ? this.keys.candidate : null) ?? this.keys.current;
  }

  /** The centre does not know the key that was tried. @returns whether there is another one to try at once */
  noteRefused(): boolean {
    if (this.used !== 'candidate') return false;
    this.refused = true;
    return true;
  }

  /** Welcomed with the key that was tried: what is kept follows. */
  noteWelcome(): AgentStep {
    const step = afterWelcome(this.keys, this.used);
    this.refused = false;
    if (step !== 'commit') return step;
    commitCandidate(this.folder);
    this.keys = keysIn(this.folder);
    return step;
  }

  /** Another key is wanted: makes one, unless one is on its way already. */
  begin(): void {
    if (this.keys.candidate) return;
    storeCandidate(this.folder, makeKeyPair());
    this.keys = keysIn(this.folder);
  }

  /** What the centre is told of the candidate, over both keys; undefined where there is none. */
  offer(): Body<'key.offer'> | undefined {
    const { current, candidate } = this.keys;
    if (!candidate || current.agentId === undefined) return undefined;
    const next = candidate.publicKey;
    const text = rotationText({ hostId: current.agentId, publicKey: current.publicKey, next });
    return {
      next,
      byOld: signText(current.privateKey, 'carillon/v1/host-key', text),
      byNew: signText(candidate.privateKey, 'carillon/v1/host-key', text),
    };
  }

  isOffered(key: string): boolean {
    return this.keys.candidate?.publicKey === key;
  }
}

function keysIn(folder: Pick<AgentFolder, 'identity'>): AgentKeys<Identity> {
  const current = loadIdentity(folder);
  if (!current) throw new Error(`${folder.identity}: expected the key of this host`);
  return { current, candidate: candidateOf(folder) ?? null };
}
