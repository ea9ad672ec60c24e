/**
 * How signatures of security keys (Web Authentication Level 3, W3C) are written. Browsers need it, so that nothing here
 * asks for Node.js; `webauthn.ts` judges them.
 */

/** What every key and every signature of a security key begins with. */
const kind = 'webauthn.';
/** Of texts that one touch signs. */
export const mostTextsAtOnce = 100;

/** The public key with its origin: one that is listed is good for pages of that origin alone, and its fingerprint is of both. */
export const webauthnKeyPattern = /^webauthn\.[A-Za-z0-9_-]{8,400}\.[A-Za-z0-9_-]{40,800}$/;
/** Authenticator data are 37 bytes, as nobody asks for extensions: hash of the relying party, flags, counter. */
export const webauthnSignaturePattern =
  /^webauthn\.[A-Za-z0-9_-]{50}\.[A-Za-z0-9_-]{40,2000}\.[A-Za-z0-9_-]{80,700}(\.[A-Za-z0-9_-]{43}){1,100}$/;

export function isWebauthnKey(key: string): boolean {
  return key.startsWith(kind);
}

/**
 * A security key's public key as it is registered, listed and told.
 * @param origin of the pages that may use it, `https://carillon.example.com`; its host is the relying party
 * @param spki the public key as a SubjectPublicKeyInfo (DER) in base64url, as `getPublicKey()` gives it
 */
export function webauthnKey(origin: string, spki: string): string {
  return `${kind}${btoa(origin).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}.${spki}`;
}

/** What an authenticator gave, all in base64url, and the digests (SHA-256) of all texts that it signed at once. */
export interface WebauthnParts {
  readonly authenticatorData: string;
  readonly clientData: string;
  readonly signature: string;
  readonly digests: readonly string[];
}

export function webauthnSignature({ authenticatorData, clientData, signature, digests }: WebauthnParts): string {
  return `${kind}${[authenticatorData, clientData, signature, ...digests].join('.')}`;
}

/** @returns null for what is none */
export function readWebauthnSignature(text: string): WebauthnParts | null {
  if (!webauthnSignaturePattern.test(text)) return null;
  const [, authenticatorData = '', clientData = '', signature = '', ...digests] = text.split('.');
  return { authenticatorData, clientData, signature, digests };
}

/** The text whose SHA-256 an authenticator is given as its challenge. @param digests of the texts that are signed, base64url */
export function challengeText(
  context: 'carillon/v1/approval' | 'carillon/v1/approver-key',
  digests: readonly string[],
) {
  return `${context}\0${digests.join('.')}`;
}

/** By which somebody shows that he holds a key. @param owner his name at the centre */
export function keyProofText(key: string, owner: string): string {
  return JSON.stringify({ key, owner: owner.toLowerCase() });
}
