import { createHmac, sign as signBytes } from 'node:crypto';

/** PKCS #8 around the 32 bytes of an Ed25519 key (RFC 8410). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** One signature of the header. @param secret `whsec_` and base64 of 24 to 64 bytes, or `whsk_` and base64 of an Ed25519 seed */
export function signWebhook(secret: string, text: string): string {
  if (secret.startsWith('whsk_')) {
    const der = Buffer.concat([ed25519Prefix, Buffer.from(secret.slice(5), 'base64').subarray(0, 32)]);
    return `v1a,${signBytes(null, Buffer.from(text), { key: der, format: 'der', type: 'pkcs8' }).toString('base64')}`;
  }
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}

/**
 * The headers that sign a body: id, time and signatures. Source: Standard Webhooks, "Signature scheme".
 * @param id the same in every attempt
 * @param secrets two while one is exchanged for the other
 */
export function signedHeaders(
  { id, body, nowMs }: { readonly id: string; readonly body: string; readonly nowMs: number },
  secrets: readonly string[],
): Record<string, string> {
  const seconds = String(Math.floor(nowMs / 1_000));
  const signature = secrets.map((secret) => signWebhook(secret, `${id}.${seconds}.${body}`)).join(' ');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };
}
