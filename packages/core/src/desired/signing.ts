import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

/**
 * Ed25519 over `context NUL text`. The context keeps a signature made for one purpose from being
 * accepted for another. Keys travel as base64url of the 32 raw bytes (RFC 8037 `x`).
 */
export type SigningContext =
  | 'carillon/v1/hello'
  | 'carillon/v1/enroll'
  | 'carillon/v1/manifest'
  | 'carillon/v1/index'
  | 'carillon/v1/command'
  | 'carillon/v1/release'
  | 'carillon/v1/keys'
  | 'carillon/v1/host-key'
  | 'carillon/v1/leave'
  | 'carillon/v1/accepted'
  | 'carillon/v1/audit-end'
  | 'carillon/v1/approval'
  | 'carillon/v1/approver-key'
  | 'carillon/v1/seal-key'
  | 'carillon/v1/sealed-secret'
  | 'carillon/v1/acknowledge';

export interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** A new Ed25519 key pair. The one impure function of core: randomness comes from the operating system. */
export function makeKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { publicKey: rawPublicKey(publicKey), privateKey };
}

/** The 32 raw bytes of an Ed25519 public key, base64url. */
export function rawPublicKey(key: KeyObject): string {
  const { x } = key.export({ format: 'jwk' });
  if (!x) throw new TypeError('expected an Ed25519 public key');
  return x;
}

/** Signature as base64url. */
export function signText(privateKey: KeyObject, context: SigningContext, text: string): string {
  return sign(null, message(context, text), privateKey).toString('base64url');
}

/** Never throws: a malformed key or signature is simply not valid. */
export function verifyText(publicKey: string, context: SigningContext, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return verify(null, message(context, text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** Short name of a public key for people and logs: the first 16 hexadecimal digits of its SHA-256. */
export function keyId(publicKey: string, hash: (text: string) => string): string {
  return hash(publicKey).slice(0, 16);
}

function message(context: SigningContext, text: string): Buffer {
  return Buffer.from(`${context}\0${text}`, 'utf8');
}
