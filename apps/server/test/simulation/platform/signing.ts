import { createHash } from 'node:crypto';
import { world } from '../world.js';

/** In place of Ed25519, which would take most of the time: a text fits a key and a purpose, or it does not. */
interface SimulatedKey {
  readonly publicKey: string;
}

export function makeKeyPair() {
  const publicKey = world().random.bytes(32).toString('base64url');
  return { publicKey, privateKey: { publicKey } };
}

export function signText(privateKey: SimulatedKey, context: string, text: string): string {
  return createHash('sha512').update(`${privateKey.publicKey}\0${context}\0${text}`).digest('base64url');
}

export function verifyText(publicKey: string, context: string, text: string, signature: string): boolean {
  return signText({ publicKey }, context, text) === signature;
}

export function keyId(publicKey: string, hash: (text: string) => string): string {
  return hash(publicKey).slice(0, 16);
}

export function rawPublicKey(): never {
  throw new Error('no key files in a simulation');
}
