import { z } from 'zod';
import { leave } from './host-key-messages.js';
import { trustKeys } from './trust-messages.js';
import { count, desiredPoint, hash, key, signature, spoolPoint, uuid, when } from './wire-values.js';

/** Opening, keeping and ending a connection. */

export const hostFacts = z.object({
  hostname: z.string().min(1).max(255),
  os: z.string().max(200),
  /** IANA name. */
  timezone: z.string().max(100),
  agentVersion: z.string().max(50),
  /** `schtasks` on Windows, `emulated` or `memory` elsewhere. */
  scheduler: z.enum(['schtasks', 'emulated', 'memory']),
  capabilities: z.array(z.string().max(64)).max(64),
  /** In which its console programs write (OEMCP, such as 850); left out off Windows and by older agents. */
  codePage: z.int().min(1).max(65_535).optional(),
  /** SHA-256 over the machine's own identifiers; another value for a known agent means a copied disk. */
  fingerprint: hash,
});

export const challenge = z.object({
  /** 32 random bytes, base64url. */
  nonce: key,
  serverTime: when,
  /** Origin that the agent must have dialled, `https://carillon.example`. */
  origin: z.string().max(255),
  protocol: z.object({ min: z.int(), max: z.int() }),
  /** What the server understands beyond version 1; older servers leave it out. `instance`, `kept`: of a hello. */
  features: z.array(z.string().max(64)).max(32).optional(),
});

export const hello = z.object({
  agentId: uuid,
  keyId: z.string().max(64),
  protocol: z.int(),
  facts: hostFacts,
  desired: desiredPoint,
  spool: spoolPoint,
  /** The agent's process, made anew at each start; only to a server with the feature `instance`. */
  instance: uuid.optional(),
  /** First number of the spool's epoch that can still be sent, acked ones included; only to a server with the feature `kept`. */
  kept: z.int().min(1).optional(),
  /** Ed25519 over `helloText(...)`. */
  signature,
});

export const enroll = z.object({
  joinToken: z.string().min(16).max(200),
  publicKey: key,
  facts: hostFacts,
  /** Ed25519 over `enrollText(...)` with the new key: proof of possession. */
  proof: signature,
});

export const enrolled = z.object({
  agentId: uuid,
  state: z.enum(['active', 'pending']),
  /** Name of the host in the centre; the host name, with a suffix when it was taken. */
  name: z.string(),
  /** Keys whose signatures on definitions and commands the agent accepts from now on. */
  trust: z.object({
    signerKeys: z.array(key).min(1).max(8),
    /** Keys of publishers whose releases of the agent it takes from now on; older servers do not say any. */
    releaseKeys: z.array(key).max(8).optional(),
    /** The signed set of keys, whose root the agent pins; older servers do not say it. */
    keys: trustKeys.optional(),
  }),
});

export const rejectCodes = [
  'retry_later',
  'bad_signature',
  'unknown_agent',
  'bad_token',
  'revoked',
  'quarantined',
  'protocol',
  'bad_message',
  'not_authenticated',
  'superseded',
  /** The host was taken out; only to agents with the capability `leave`. */
  'retired',
] as const;

export const reject = z.object({
  code: z.enum(rejectCodes),
  /** The field or message that is wrong and what was expected. */
  message: z.string().max(1_000),
  retryAfterMs: count.optional(),
  /** With `retired`: what the agent is to do now. */
  leave: leave.optional(),
});

export const welcome = z.object({
  sessionId: uuid,
  /** Newest wins: what an older session of the same agent still sends is refused. */
  fence: count,
  heartbeatMs: z.int().min(1_000),
  /** Events up to here are committed. */
  ack: z.object({ epoch: z.int().min(1), upTo: count }),
  desired: desiredPoint,
  serverTime: when,
  /** The host waits for somebody to let it in; until then only its heartbeats are heard. Left out otherwise. */
  waits: z.literal(true).optional(),
});

const percent = z.int().min(0).max(100);

export const heartbeat = z.object({
  desired: desiredPoint,
  observedHash: hash,
  spool: spoolPoint,
  /** Room for what waits on the host; agents before it leave it out. */
  disk: z
    .object({
      /** Taken by everything that waits. */
      spoolBytes: count,
      freeBytes: count,
      /** Why results cannot be written right now; null when they can. */
      problem: z.string().max(500).nullable(),
    })
    .optional(),
  /** How busy the host is, in whole percent; agents before it leave it out. */
  load: z
    .object({
      /** Of all processors since the heartbeat before; null where it is not known. */
      cpuPercent: percent.nullable(),
      memoryPercent: percent,
      /** In use; the system drive first. */
      disks: z.array(z.object({ name: z.string().max(20), percent })).max(8),
    })
    .optional(),
});

export const goaway = z.object({ reason: z.enum(['drain', 'superseded']), reconnectInMs: count });

export const nack = z.object({ code: z.enum(['unsupported', 'bad_message']), message: z.string().max(1_000) });
