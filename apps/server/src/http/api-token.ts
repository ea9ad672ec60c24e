import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { makeSecret } from './secrets.js';

/** Says at sight whose secret it is; scanners of repositories look for it. */
const prefix = 'carillon';
const form = new RegExp(`^${prefix}_([0-9a-f]{16})_([A-Za-z0-9_-]{43})_([0-9a-f]{8})$`);

/** A new API token: its id, a secret of 256 bits, and a check sum that tells a mistyped one from an unknown one. */
export function makeApiToken(): { id: string; token: string } {
  const id = randomBytes(8).toString('hex');
  const body = `${prefix}_${id}_${makeSecret()}`;
  return { id, token: `${body}_${checkSum(body)}` };
}

/** The id in an API token; null for what cannot be one. */
export function parseApiToken(token: string): { id: string } | null {
  const parts = form.exec(token);
  const body = token.slice(0, -9);
  return parts?.[1] !== undefined && parts[3] === checkSum(body) ? { id: parts[1] } : null;
}

function checkSum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
