import type { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import type { Response } from '@carillon/contract/http/route';
import {
  challengeText,
  keyProofText,
  mostTextsAtOnce,
  webauthnKey,
  webauthnSignature,
} from '@carillon/core/approval/webauthn-text';

export type ApproverKey = Response<typeof approvalRoutes.addKey>;
type Context = Parameters<typeof challengeText>[0];

/** Long enough to look for one's key. */
const timeout = 120_000;
/** ES256, Ed25519, RS256: what hosts can check. */
const algorithms = [-7, -8, -257];

export type NoSecurityKeys = 'insecure' | 'unsupported' | 'address';

/** Why a page here cannot use security keys; null: it can. */
export function whyNoSecurityKeys(): NoSecurityKeys | null {
  if (!window.isSecureContext) return 'insecure';
  if (!('PublicKeyCredential' in window)) return 'unsupported';
  // They are bound to names, and an address is none.
  return /^[\d.]+$|^\[/.test(location.hostname) ? 'address' : null;
}

/** Those of one person that pages of this address can use. */
export function keysHere(items: readonly ApproverKey[], owner: string): readonly ApproverKey[] {
  const here = webauthnKey(location.origin, '');
  return items.filter(
    ({ key, owner: of, credentialId }) =>
      typeof credentialId === 'string' && key.startsWith(here) && of.toLowerCase() === owner.toLowerCase(),
  );
}

/**
 * Has an authenticator make a key, and show by a second touch that it is held.
 * @param known keys that the same authenticator is not to have already
 * @throws DOMException as the browser says it
 */
export async function makeSecurityKey(owner: string, known: readonly ApproverKey[]) {
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { name: 'Carillon' },
      user: { id: random(), name: owner, displayName: owner },
      // Nothing is believed of what is said here: the proof below is of the key and its owner.
      challenge: random(),
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: { userVerification: 'required', residentKey: 'discouraged' },
      excludeCredentials: credentialsOf(known),
      attestation: 'none',
      timeout,
    },
  });
  const { id, response } = made as PublicKeyCredential & { response: AuthenticatorAttestationResponse };
  const spki = response.getPublicKey();
  if (!spki) throw new DOMException('of no kind that hosts can check', 'NotSupportedError');
  const key = webauthnKey(location.origin, base64url(spki));
  const { signatures } = await signTexts(
    'carillon/v1/approver-key',
    [keyProofText(key, owner)],
    [{ key, credentialId: id }],
  );
  return { key, credentialId: id, proof: signatures[0] ?? '', fingerprint: await fingerprintOf(key) };
}

/** One touch signs all of them. @param keys of whoever is asked; he touches one @throws DOMException as the browser says it */
export async function signApprovals(
  texts: readonly string[],
  keys: readonly Pick<ApproverKey, 'key' | 'credentialId'>[],
) {
  if (texts.length > mostTextsAtOnce)
    throw new RangeError(`expected at most ${mostTextsAtOnce} jobs, got ${texts.length}`);
  const { key, signatures } = await signTexts('carillon/v1/approval', texts, keys);
  return texts.map((text, index) => ({ text, key, signature: signatures[index] ?? '' }));
}

async function signTexts(
  context: Context,
  texts: readonly string[],
  keys: readonly Pick<ApproverKey, 'key' | 'credentialId'>[],
): Promise<{ readonly key: string; readonly signatures: readonly string[] }> {
  const digests = await Promise.all(texts.map(async (text) => base64url(await sha256(text))));
  const got = (await navigator.credentials.get({
    publicKey: {
      challenge: await sha256(challengeText(context, digests)),
      allowCredentials: credentialsOf(keys),
      userVerification: 'required',
      timeout,
    },
  })) as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
  const { authenticatorData, clientDataJSON, signature } = got.response;
  const written = webauthnSignature({
    authenticatorData: base64url(authenticatorData),
    clientData: base64url(clientDataJSON),
    signature: base64url(signature),
    digests,
  });
  const key = keys.find(({ credentialId }) => credentialId === got.id)?.key ?? '';
  return { key, signatures: texts.map(() => written) };
}

/** By which people compare it, worked out here; see core's `approverFingerprint`. */
async function fingerprintOf(key: string): Promise<string> {
  return (await sha256Hex(key)).slice(0, 32);
}

/** As `carillon approve` shows what it would sign: 16 hexadecimal digits. */
export async function shortHash(text: string): Promise<string> {
  return (await sha256Hex(text)).slice(0, 16);
}

async function sha256Hex(text: string): Promise<string> {
  return [...new Uint8Array(await sha256(text))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
}

function credentialsOf(keys: readonly Pick<ApproverKey, 'credentialId'>[]): PublicKeyCredentialDescriptor[] {
  return keys.map(({ credentialId }) => ({ type: 'public-key', id: bytesOf(credentialId ?? '') }));
}

function random(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}

function base64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}
