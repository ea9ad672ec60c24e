import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Origins } from './origins.js';
import { Sealer } from './sealer.js';

export const acknowledgePath = '/acknowledge';
const context = 'carillon/v1/acknowledge';
const longestToken = 2_000;

/** What a link allows: to acknowledge one incident, as it was opened then, in somebody's name. */
export interface AcknowledgeGrant {
  /** Number of the incident. */
  readonly number: number;
  /** An incident that was opened again is another one. */
  readonly generation: number;
  /** Whom the link was sent to; who acknowledges by it. */
  readonly who: string;
  readonly expiresMs: number;
}

export type GrantRead =
  | { readonly ok: true; readonly grant: AcknowledgeGrant }
  | { readonly ok: false; readonly reason: 'invalid' | 'expired' };

const grantSchema = z.object({ number: z.int(), generation: z.int(), who: z.string(), expiresMs: z.number() });

/** Links in messages by which people acknowledge without signing in. Nothing is stored: the link itself is signed. */
@Injectable()
export class AcknowledgeLinks {
  constructor(
    @Inject(Sealer) private readonly sealer: Sealer,
    @Inject(Origins) private readonly origins: Origins,
  ) {}

  make({ number, generation, who, expiresMs }: AcknowledgeGrant): string {
    const text = JSON.stringify({ number, generation, who: who.slice(0, 200), expiresMs });
    const token = `${Buffer.from(text).toString('base64url')}.${this.sealer.mac(context, text)}`;
    return `${this.origins.all[0] ?? ''}${acknowledgePath}?t=${token}`;
  }

  read(token: string, nowMs: number): GrantRead {
    const invalid: GrantRead = { ok: false, reason: 'invalid' };
    const [payload = '', signature = '', more] = token.length <= longestToken ? token.split('.') : [];
    const text = Buffer.from(payload, 'base64url').toString('utf8');
    if (more !== undefined || !this.sealer.isOurs(context, text, signature)) return invalid;
    const grant = grantSchema.parse(JSON.parse(text));
    return grant.expiresMs > nowMs ? { ok: true, grant } : { ok: false, reason: 'expired' };
  }
}
