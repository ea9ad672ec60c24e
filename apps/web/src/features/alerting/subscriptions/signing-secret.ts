const secretBytes = 32;

/** `whsec_` and 32 random bytes in base64, as Standard Webhooks signs with. */
export function newSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(secretBytes));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

/** A name under which no other secret is kept: a value that is there already is never written over. */
export function secretNameFor(subscription: string, nowMs: number): string {
  const base = subscription
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${base || 'subscription'}-${nowMs.toString(36)}`;
}
