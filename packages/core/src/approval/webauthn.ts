import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { SignatureFlawText } from '../text/signature-texts.js';
import { challengeText, readWebauthnSignature, webauthnKeyPattern } from './webauthn-text.js';

type Context = Parameters<typeof challengeText>[0];
type Judged =
  | {
      readonly ok: true;
      /** Uses of the authenticator so far; 0: it does not count. */
      readonly signCount: number;
    }
  | { readonly ok: false; readonly flaw: SignatureFlawText };

const [userPresent, userVerified] = [0x01, 0x04];
const flaw = (text: SignatureFlawText): Judged => ({ ok: false, flaw: text });

/**
 * Is this text signed by this security key, by a person whom it verified, on a page of the key's own origin? Nothing is
 * asked of anybody: whoever lists the key can judge it alone. Never throws.
 * @see https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion
 */
export function judgeWebauthn(key: string, context: Context, text: string, signed: string): Judged {
  const parts = readWebauthnSignature(signed);
  const known = readKey(key);
  if (!known) return flaw('expected an ES256, Ed25519 or RS256 key of an https origin, or of localhost');
  if (!parts) return flaw('it is not written as a signature of a security key');
  const { digests } = parts;
  if (!digests.includes(sha256(text).toString('base64url'))) return flaw('it is of other texts');
  const [data, client, signature] = [parts.authenticatorData, parts.clientData, parts.signature].map(bytesOf);
  if (!data || !client || !signature) return flaw('expected base64url');
  const wrong = clientFlaw(client, known.origin, sha256(challengeText(context, digests)).toString('base64url'));
  if (wrong) return flaw(wrong);
  if (!data.subarray(0, 32).equals(sha256(new URL(known.origin).hostname)))
    return flaw('it is for another relying party');
  const flags = data.readUInt8(32);
  if ((flags & userPresent) === 0) return flaw('nobody was present');
  if ((flags & userVerified) === 0) return flaw('the person was not verified, by PIN or otherwise');
  if ((flags & ~0x1d) !== 0) return flaw('authenticatorData: flags of what is not there');
  const isGood = isSigned(known.key, Buffer.concat([data, sha256(client)]), signature);
  return isGood ? { ok: true, signCount: data.readUInt32BE(33) } : flaw('the key did not sign it');
}

/** Can this be used as an approver's key? */
export function isUsableWebauthnKey(key: string): boolean {
  return readKey(key) !== null;
}

function readKey(text: string): { readonly origin: string; readonly key: KeyObject } | null {
  if (!webauthnKeyPattern.test(text)) return null;
  const [origin, der] = text.split('.').slice(1).map(bytesOf);
  if (!origin || !der || !isOrigin(origin.toString('latin1'))) return null;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    // One key is written in one way.
    const isPlain = key.export({ format: 'der', type: 'spki' }).equals(der);
    return isPlain && isKnownKind(key) ? { origin: origin.toString('latin1'), key } : null;
  } catch {
    return null;
  }
}

/** Browsers have security keys only there. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost'));
}

function isKnownKind({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { namedCurve, modulusLength = 0, publicExponent } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'ec') return namedCurve === 'prime256v1';
  if (asymmetricKeyType === 'rsa') return modulusLength >= 2048 && modulusLength <= 4096 && publicExponent === 65_537n;
  return asymmetricKeyType === 'ed25519';
}

function isSigned(key: KeyObject, data: Buffer, signature: Buffer): boolean {
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key, signature);
  } catch {
    return false;
  }
}

/** What is wrong with what the browser says of itself; undefined: nothing. */
function clientFlaw(bytes: Buffer, origin: string, challenge: string): SignatureFlawText | undefined {
  let said: { type?: unknown; challenge?: unknown; origin?: unknown; crossOrigin?: unknown; topOrigin?: unknown };
  try {
    said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'clientDataJSON: expected JSON';
  }
  if (said?.type !== 'webauthn.get') return 'clientDataJSON: expected the type webauthn.get';
  if (said.challenge !== challenge) return 'its challenge is of something else';
  if (said.origin !== origin) return `it was made on a page of ${JSON.stringify(said.origin)?.slice(0, 100)}`;
  const isFramed = (said.crossOrigin ?? false) !== false || said.topOrigin !== undefined;
  return isFramed ? 'it was made in a frame of another page' : undefined;
}

/** Of what is written in the one way that there is. */
function bytesOf(base64url: string): Buffer | undefined {
  const bytes = Buffer.from(base64url, 'base64url');
  return bytes.toString('base64url') === base64url ? bytes : undefined;
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
