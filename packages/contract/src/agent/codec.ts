import { type Body, catalog, type Direction, isMessage } from './catalog.js';
import { type Envelope, envelopeSchema, protocolVersion } from './envelope.js';

export interface FrameStamp {
  readonly id: string;
  /** Sender's clock, epoch milliseconds. */
  readonly atMs: number;
  readonly re?: string | undefined;
}

/** One message as a text frame. */
export function encodeMessage<N extends keyof typeof catalog>(name: N, body: Body<N>, stamp: FrameStamp): string {
  const envelope: Envelope = {
    v: protocolVersion,
    t: name,
    id: stamp.id,
    ...(stamp.re === undefined ? {} : { re: stamp.re }),
    at: new Date(stamp.atMs).toISOString(),
    body,
  };
  return JSON.stringify(envelope);
}

export type Incoming<D extends Direction> = {
  [N in keyof typeof catalog]: (typeof catalog)[N]['from'] extends D
    ? {
        readonly kind: 'message';
        readonly name: N;
        readonly id: string;
        readonly re: string | undefined;
        readonly atMs: number;
        readonly body: Body<N>;
      }
    : never;
}[keyof typeof catalog];

export type Decoded<D extends Direction> =
  | Incoming<D>
  /** Well-formed, but of a type this peer does not know: ignored and logged, never guessed. */
  | { readonly kind: 'unsupported'; readonly id: string; readonly name: string }
  | { readonly kind: 'bad'; readonly id: string | undefined; readonly message: string };

/** Reads one text frame that came from the side `from`. Never throws. */
export function decodeMessage<D extends Direction>(text: string, from: D): Decoded<D> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return {
      kind: 'bad',
      id: undefined,
      message: `frame: expected a JSON object, got ${JSON.stringify(text.slice(0, 40))}`,
    };
  }
  const envelope = envelopeSchema.safeParse(raw);
  if (!envelope.success) {
    const issue = envelope.error.issues[0];
    return {
      kind: 'bad',
      id: undefined,
      message: `frame.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`,
    };
  }
  const { t: name, id, re, at } = envelope.data;
  if (!isMessage(name) || catalog[name].from !== from) return { kind: 'unsupported', id, name };
  const body = catalog[name].schema.safeParse(envelope.data.body);
  if (!body.success) {
    const issue = body.error.issues[0];
    return { kind: 'bad', id, message: `${name}.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}` };
  }
  return { kind: 'message', name, id, re, atMs: Date.parse(at), body: body.data } as unknown as Incoming<D>;
}
