import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { challengeText, keyProofText, webauthnKey, webauthnSignature } from '../webauthn-text.js';

type Kind = 'ec' | 'ed25519';
type Context = Parameters<typeof challengeText>[0];

/** What an attacker may have an authenticator or a browser say instead. */
export interface Otherwise {
  readonly flags?: number;
  readonly rpId?: string;
  readonly after?: Uint8Array;
  readonly client?: object;
}

/** A security key of software, with the browser around it, for tests of whoever judges what they say. */
export class SoftAuthenticator {
  signCount = 0;
  private readonly privateKey: KeyObject;
  readonly key: string;

  constructor(
    readonly origin: string,
    private readonly kind: Kind = 'ec',
  ) {
    const { publicKey, privateKey } = makePair(kind);
    this.privateKey = privateKey;
    this.key = webauthnKey(origin, publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'));
  }

  /** One touch: each text's signature, in their order. */
  sign(context: Context, texts: readonly string[], otherwise: Otherwise = {}): string[] {
    this.signCount += 1;
    const digests = texts.map((text) => sha256(text).toString('base64url'));
    const head = Buffer.alloc(5);
    head.writeUInt8(otherwise.flags ?? 0x05);
    head.writeUInt32BE(this.signCount, 1);
    const rpIdHash = sha256(otherwise.rpId ?? new URL(this.origin).hostname);
    const data = Buffer.concat([rpIdHash, head, otherwise.after ?? Buffer.alloc(0)]);
    const challenge = sha256(challengeText(context, digests)).toString('base64url');
    const said = { type: 'webauthn.get', challenge, origin: this.origin, crossOrigin: false, ...otherwise.client };
    const client = Buffer.from(JSON.stringify(said));
    const hash = this.kind === 'ed25519' ? null : 'sha256';
    const signature = sign(hash, Buffer.concat([data, sha256(client)]), this.privateKey);
    const [authenticatorData, clientData, signed] = [data, client, signature].map((bytes) =>
      bytes.toString('base64url'),
    );
    const written = webauthnSignature({
      ...{ authenticatorData: authenticatorData ?? '', clientData: clientData ?? '', signature: signed ?? '' },
      digests,
    });
    return texts.map(() => written);
  }

  /** An approval of one text. */
  approve(text: string, otherwise?: Otherwise) {
    const [signature = ''] = this.sign('carillon/v1/approval', [text], otherwise);
    return { text, signature, key: this.key };
  }

  /** That it is held. */
  proof(owner: string): string {
    return this.sign('carillon/v1/approver-key', [keyProofText(this.key, owner)])[0] ?? '';
  }
}

function makePair(kind: Kind): { publicKey: KeyObject; privateKey: KeyObject } {
  return kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) : generateKeyPairSync('ed25519');
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
