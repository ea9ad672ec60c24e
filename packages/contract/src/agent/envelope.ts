import { z } from 'zod';

/** Protocol version of this build; PROTOCOL.md says what it means. */
export const protocolVersion = 1;
export const protocolRange = { min: 1, max: 1 } as const;
/** WebSocket path and subprotocol (RFC 6455). */
export const agentPath = '/agent/v1/ws';
export const agentSubprotocol = 'carillon.agent.v1';

/** What every text frame has around its body. Unknown fields are ignored, so that newer peers may add some. */
export const envelopeSchema = z.object({
  v: z.literal(protocolVersion),
  /** Message type, a key of the catalog. */
  t: z.string().min(1).max(64),
  id: z.string().min(1).max(64),
  /** `id` of the message this one answers. */
  re: z.string().max(64).optional(),
  /** Sender's clock, ISO 8601 with milliseconds, UTC. */
  at: z.iso.datetime(),
  body: z.unknown(),
});

export type Envelope = z.infer<typeof envelopeSchema>;
