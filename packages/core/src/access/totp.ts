import { createHmac, timingSafeEqual } from 'node:crypto';

/** Of a code, and how many digits it has (RFC 6238 with its usual numbers). */
const stepMs = 30_000;
const digits = 6;
/** Clocks differ, and people take a moment. */
const stepsAround = 1;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of one step. @param secret as shared with the authenticator */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', secret).update(counter).digest();
  const at = (hash.at(-1) ?? 0) & 0xf;
  return String((hash.readUInt32BE(at) & 0x7fff_ffff) % 10 ** digits).padStart(digits, '0');
}

/**
 * The step whose code this is, near `nowMs`; null for a wrong one. A code works once: steps up to `usedStep` are over.
 * @param usedStep the last step whose code was taken; null: none yet
 */
export function matchTotp(secret: Uint8Array, code: string, nowMs: number, usedStep: number | null): number | null {
  const given = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(given)) return null;
  const current = Math.floor(nowMs / stepMs);
  for (let step = current - stepsAround; step <= current + stepsAround; step += 1) {
    if (step < 0 || (usedStep !== null && step <= usedStep)) continue;
    if (timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(given))) return step;
  }
  return null;
}

/** A secret as authenticators take it, without padding (RFC 4648). */
export function toBase32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? []).map((part) => alphabet[Number.parseInt(part.padEnd(5, '0'), 2)]).join('');
}

/** The address by which authenticators take a secret. */
export function totpUri(secret: Uint8Array, account: string): string {
  const query = new URLSearchParams({ secret: toBase32(secret), issuer: 'Carillon' });
  return `otpauth://totp/Carillon:${encodeURIComponent(account)}?${query}`;
}
