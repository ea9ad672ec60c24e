import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { rawPublicKey } from '../desired/signing.js';

/**
 * Hybrid public key encryption, RFC 9180, in mode Base and for one message: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
 * AES-GCM. Whoever has the public key can seal; who has the private key can open, and nobody else, whoever sealed it.
 * Keys travel as base64url of the 32 raw bytes, as signing keys do.
 */

export interface SealKeys {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** What a sealed message is bound to: with another purpose or other facts it does not open. */
export interface SealedFor {
  /** What it is for, `info` of the RFC. */
  readonly purpose: string;
  /** What it belongs to, `aad` of the RFC. */
  readonly about: string;
}

/** The AES of a suite; its numbers are the RFC's. */
interface Aead {
  readonly id: 1 | 2;
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm';
  readonly keyBytes: 16 | 32;
}

export const aes256: Aead = { id: 2, cipher: 'aes-256-gcm', keyBytes: 32 };
/** Of the RFC's own examples. */
export const aes128: Aead = { id: 1, cipher: 'aes-128-gcm', keyBytes: 16 };

const pointBytes = 32;
const tagBytes = 16;
const hashBytes = 32;
const nonceBytes = 12;
const kemSuite = Buffer.from([...Buffer.from('KEM'), 0x00, 0x20]);
const modeBase = 0;
const none = Buffer.alloc(0);

/** A new X25519 key pair; randomness comes from the operating system, as with signing keys. */
export function makeSealKeys(): SealKeys {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { publicKey: rawPublicKey(publicKey), privateKey };
}

/** Is this a public key that something can be sealed to? */
export function isSealKey(publicKey: string): boolean {
  try {
    agree(makeSealKeys().privateKey, publicKey);
    return true;
  } catch {
    return false;
  }
}

/**
 * Seals a text to whoever holds the private key of `publicKey`.
 * @param ephemeral a key pair made for this message alone; given only where a message must come out the same again, in tests
 * @returns the encapsulated key, then the ciphertext with its tag
 * @throws Error when `publicKey` is none
 */
export function sealTo(
  publicKey: string,
  text: string,
  bound: SealedFor,
  ephemeral: SealKeys = makeSealKeys(),
  aead: Aead = aes256,
): Buffer {
  const point = Buffer.from(ephemeral.publicKey, 'base64url');
  const shared = sharedSecret(agree(ephemeral.privateKey, publicKey), point, Buffer.from(publicKey, 'base64url'));
  const { key, nonce } = schedule(shared, bound.purpose, aead);
  const cipher = createCipheriv(aead.cipher, key, nonce).setAAD(Buffer.from(bound.about, 'utf8'));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([point, sealed, cipher.getAuthTag()]);
}

/** @throws Error when it was sealed to another key, for another purpose, about something else, or changed since */
export function openSealed(privateKey: KeyObject, sealed: Uint8Array, bound: SealedFor, aead: Aead = aes256): string {
  const bytes = Buffer.from(sealed);
  if (bytes.length < pointBytes + tagBytes)
    throw new Error(`sealed: expected at least ${pointBytes + tagBytes} bytes, got ${bytes.length}`);
  const point = bytes.subarray(0, pointBytes);
  const own = Buffer.from(rawPublicKey(createPublicKey(privateKey)), 'base64url');
  try {
    const shared = sharedSecret(agree(privateKey, point.toString('base64url')), point, own);
    const { key, nonce } = schedule(shared, bound.purpose, aead);
    const open = createDecipheriv(aead.cipher, key, nonce).setAAD(Buffer.from(bound.about, 'utf8'));
    open.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([open.update(bytes.subarray(pointBytes, -tagBytes)), open.final()]).toString('utf8');
  } catch {
    throw new Error('sealed: it was sealed to another key, bound to something else, or changed');
  }
}

/** The private key from its 32 raw bytes. */
export function sealKeysFrom(privateBytes: Buffer): SealKeys {
  // PKCS #8 of X25519 (RFC 8410) is this prefix and the key.
  const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), privateBytes]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { publicKey: rawPublicKey(createPublicKey(privateKey)), privateKey };
}

/** @throws Error for a point of small order too, whose secret everybody would know (RFC 9180 7.1.4): OpenSSL refuses it */
function agree(privateKey: KeyObject, publicKey: string): Buffer {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: publicKey }, format: 'jwk' });
  return diffieHellman({ privateKey, publicKey: key });
}

/** ExtractAndExpand of the KEM (4.1). */
function sharedSecret(agreed: Buffer, point: Buffer, receiver: Buffer): Buffer {
  const pseudoRandom = extract(kemSuite, none, 'eae_prk', agreed);
  return expand(kemSuite, pseudoRandom, 'shared_secret', Buffer.concat([point, receiver]), hashBytes);
}

/** KeySchedule in mode Base (5.1); of one message, whose nonce is the first. */
function schedule(shared: Buffer, purpose: string, { id, keyBytes }: Aead): { key: Buffer; nonce: Buffer } {
  const suite = Buffer.from([...Buffer.from('HPKE'), 0x00, 0x20, 0x00, 0x01, 0x00, id]);
  const context = Buffer.concat([
    Buffer.from([modeBase]),
    extract(suite, none, 'psk_id_hash', none),
    extract(suite, none, 'info_hash', Buffer.from(purpose, 'utf8')),
  ]);
  const secret = extract(suite, shared, 'secret', none);
  return {
    key: expand(suite, secret, 'key', context, keyBytes),
    nonce: expand(suite, secret, 'base_nonce', context, nonceBytes),
  };
}

/** LabeledExtract (4). */
function extract(suite: Buffer, salt: Buffer, label: string, material: Buffer): Buffer {
  return hmac(salt, Buffer.concat([Buffer.from('HPKE-v1'), suite, Buffer.from(label), material]));
}

/** LabeledExpand (4); one block of SHA-256 is all that is asked for here. */
function expand(suite: Buffer, key: Buffer, label: string, context: Buffer, bytes: number): Buffer {
  const length = Buffer.from([0, bytes]);
  const info = Buffer.concat([length, Buffer.from('HPKE-v1'), suite, Buffer.from(label), context]);
  return hmac(key, Buffer.concat([info, Buffer.from([1])])).subarray(0, bytes);
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
