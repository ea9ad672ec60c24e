import { outputEncodings } from '@carillon/core/job/job-spec';
import {
  commandKinds,
  driftKinds,
  historyStates,
  runStates,
  runTriggers,
  spoolLossReasons,
  startFailureCauses,
  taskChangeStates,
} from '@carillon/core/state/states';
import { z } from 'zod';

/**
 * The messages of the agent protocol, version 1. Bodies only grow: a new field is optional and says which
 * older peer lacks it. Names and fields are described in PROTOCOL.md; a test compares the two.
 */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const key = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);
const uuid = z.uuid();
const when = z.iso.datetime();
const count = z.int().min(0);

const desiredPoint = z.object({ rev: count, hash });
/** The spool as the agent sees it: events `first`..`next - 1` are not acked yet. */
const spoolPoint = z.object({ epoch: z.int().min(1), first: z.int().min(1), next: z.int().min(1) });

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
  /** What the server understands beyond version 1; older servers leave it out. `instance`: of a hello. */
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
] as const;
export const reject = z.object({
  code: z.enum(rejectCodes),
  /** The field or message that is wrong and what was expected. */
  message: z.string().max(1_000),
  retryAfterMs: count.optional(),
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
});

export const desiredNotice = desiredPoint;
/** Asks for the desired state; the server leaves out manifests whose hashes are listed. */
export const desiredGet = z.object({ rev: count, haveManifests: z.array(hash).max(2_000) });

export const desiredState = z.object({
  /** Canonical JSON of a `HostIndex`: everything this host should have, complete at every revision. */
  index: z.string().max(200_000),
  indexSignature: signature,
  /** Canonical JSON of each `Manifest` that was missing, with its signature. */
  manifests: z.array(z.object({ text: z.string(), signature })).max(2_000),
  /** Manifests may come in several frames; the agent acts after the last. */
  page: z.int().min(1),
  pages: z.int().min(1),
});

export const applyStatus = z.object({
  rev: count,
  jobs: z
    .array(
      z.object({
        jobId: uuid,
        version: z.int().min(1),
        state: z.enum(['applied', 'failed', 'rejected', 'removed']),
        /** Why it failed: a machine name, and the text of schtasks or of the refusing rule. */
        code: z.string().max(100).optional(),
        message: z.string().max(2_000).optional(),
      }),
    )
    .max(2_000),
  observedHash: hash,
});

const runIdentity = {
  runId: uuid,
  jobId: uuid,
  version: z.int().min(1),
  trigger: z.enum(runTriggers),
  /** The occurrence this run answers; absent for runs started by hand. */
  scheduledFor: when.nullable(),
  startedAt: when,
  commandId: uuid.nullable(),
  /** What the agent saw, for `watch`: `D:\\in\\a.csv arrived`. Left out by older agents. */
  cause: z.string().max(1_000).optional(),
};

export const runStarted = z.object({ kind: z.literal('run.started'), ...runIdentity });

const streamSummary = z.object({
  /** Bytes the program wrote. */
  bytes: count,
  /** Bytes that were kept and will arrive as log frames. */
  stored: count,
  /** SHA-256 over all bytes written. */
  sha256: hash,
});

export const runFinished = z.object({
  kind: z.literal('run.finished'),
  ...runIdentity,
  finishedAt: when,
  /** Measured on a monotonic clock. */
  durationMs: count,
  /** How often the program was started; older agents leave it out and never try again. */
  attempts: z.int().min(1).max(1_000).optional(),
  /** Processor time of the program and all it started, all attempts together; left out where it was not measured. */
  cpuMs: count.optional(),
  /** Most memory that they held at one time, in bytes. */
  peakMemoryBytes: count.nullable().optional(),
  state: z.enum(runStates),
  reason: z.string().max(100).nullable(),
  /** Unsigned 32 bits. */
  exitCode: z.int().min(0).max(0xffff_ffff).nullable(),
  output: z.object({ stdout: streamSummary, stderr: streamSummary, encoding: z.enum(outputEncodings) }),
});

/** A trigger fired, and the program waits for the runs before it or for its conditions. Servers before it drop it. */
export const runWaiting = z.object({
  kind: z.literal('run.waiting'),
  ...runIdentity,
  reason: z.string().max(100),
  /** What it waits for, in words. */
  message: z.string().max(2_000),
});

/** A trigger fired, and the program was not started: what did not hold, or which run stood in its way. Servers before it drop it. */
export const runSkipped = z.object({
  kind: z.literal('run.skipped'),
  ...runIdentity,
  finishedAt: when,
  reason: z.string().max(100),
  message: z.string().max(2_000),
});

/** A registered task is no longer, or again, what its job says. */
export const taskChanged = z.object({
  kind: z.literal('task.changed'),
  jobId: uuid,
  /** Version that should be registered. */
  version: z.int().min(1),
  state: z.enum(taskChangeStates),
  /** What was found; null when there is nothing wrong any more. */
  found: z.enum(driftKinds).nullable(),
  /** In words, at most the first fifty. */
  differences: z.array(z.string().max(500)).max(50),
  /** Why it could not be put right. */
  message: z.string().max(2_000).nullable(),
  /** As Task Scheduler's log tells: when it was changed, and by which account. Agents before it do not know. */
  changedAt: when.optional(),
  changedBy: z.string().max(255).optional(),
});
export type TaskChanged = z.infer<typeof taskChanged>;

/** A task of the host's own that a job stands in for was switched off, or is as it was before. Servers before it drop it. */
export const taskReplaced = z.object({
  kind: z.literal('task.replaced'),
  jobId: uuid,
  version: z.int().min(1),
  path: z.string().min(1).max(260),
  state: z.enum(['replaced', 'restored']),
  wasEnabled: z.boolean(),
  /** The definition as it was, with `replaced`; null where it is too long to travel. */
  xml: z
    .string()
    .max(64 * 1024)
    .nullable(),
  /** What else is to be said of it. */
  message: z.string().max(2_000).nullable(),
});
export type TaskReplaced = z.infer<typeof taskReplaced>;

/** Something that waited on the host was given up before the centre had it. Servers before it drop the event. */
export const spoolLost = z.object({
  kind: z.literal('spool.lost'),
  reason: z.enum(spoolLossReasons),
  /** Ends of runs, and starts whose end is not known. */
  runEvents: count,
  otherEvents: count,
  /** Runs whose output was given up, and its bytes as spooled. */
  outputRuns: count,
  outputBytes: count,
  /** Runs that are concerned, the first of them. */
  runIds: z.array(uuid).max(200),
  /** When the lost things happened; null where that is not known. */
  from: when.nullable(),
  to: when.nullable(),
});
export type SpoolLost = z.infer<typeof spoolLost>;
/**
 * Task Scheduler was to start a job and no run came of it, as its log tells. Servers before it drop it.
 * `at` of the event is the time of the failure.
 */
export const startFailed = z.object({
  kind: z.literal('start.failed'),
  /** Of the run that this would have been, and is where the cause counts as a failed run. */
  runId: uuid,
  jobId: uuid,
  version: z.int().min(1),
  cause: z.enum(startFailureCauses),
  trigger: z.enum(runTriggers),
  /** The occurrence that was not answered; null where there is none. */
  scheduledFor: when.nullable(),
  /** Unsigned 32 bits. */
  resultCode: z.int().min(0).max(0xffff_ffff).nullable(),
  /** As Windows names it. */
  account: z.string().max(255).nullable(),
  /** Kinds of records that say so; none where only the task's last result does. */
  records: z.array(z.int().min(0).max(65_535)).max(20),
});
export type StartFailed = z.infer<typeof startFailed>;

/** Whether the agent can read what Task Scheduler does; told when it changes. Servers before it drop it. */
export const historyChanged = z.object({
  kind: z.literal('history.changed'),
  state: z.enum(historyStates),
  /** What to do about it, or what Windows said; null when all is well. */
  message: z.string().max(2_000).nullable(),
});
export type HistoryChanged = z.infer<typeof historyChanged>;

/** The host has started since this was last told. Servers before it drop it. */
export const hostBooted = z.object({ kind: z.literal('host.booted'), bootedAt: when });
export type HostBooted = z.infer<typeof hostBooted>;

export const agentEvent = z.object({
  seq: z.int().min(1),
  /** UUIDv7; the same event keeps it for ever, also when its number changes. */
  eventId: uuid,
  /** Agent's clock when it happened. */
  at: when,
  data: z.discriminatedUnion('kind', [
    runStarted,
    runFinished,
    runWaiting,
    runSkipped,
    taskChanged,
    taskReplaced,
    spoolLost,
    startFailed,
    historyChanged,
    hostBooted,
  ]),
});
export type AgentEvent = z.infer<typeof agentEvent>;
export type RunEvent = Extract<AgentEvent['data'], { kind: `run.${string}` }>;

export const events = z.object({
  epoch: z.int().min(1),
  firstSeq: z.int().min(1),
  /** Consecutive from `firstSeq`. Items are checked one by one so that one bad item cannot block the rest. */
  items: z.array(z.unknown()).min(1).max(200),
});

export const ack = z.object({
  epoch: z.int().min(1),
  upToSeq: count,
  /** Items that can never be stored; the agent drops them and says so in its log. */
  rejected: z.array(z.object({ seq: z.int(), code: z.string(), message: z.string() })).optional(),
});

/** The numbers of this epoch were seen with other events (a restored disk): renumber under a new epoch and send again. */
export const epochRenew = z.object({ epoch: z.int().min(1), next: z.int().min(2) });

/** Answers binary log frames: they are committed. */
export const logAck = z.object({
  items: z.array(z.object({ runId: uuid, stream: z.enum(['stdout', 'stderr']), upToOffset: count })).max(500),
});

export const command = z.object({
  /** Canonical JSON of a `Command`. */
  text: z.string().max(20_000),
  signature,
});

export const commandResult = z.object({
  commandId: uuid,
  state: z.enum(['accepted', 'done', 'rejected', 'expired', 'indeterminate']),
  code: z.string().max(100).optional(),
  message: z.string().max(2_000).optional(),
  runId: uuid.optional(),
});

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
});

/** A task of the host that is not Windows' own: ours too. */
const listedTask = z.object({
  path: z.string().min(1).max(260),
  definitionHash: hash,
  /** Task XML; null when it is as the centre has it already, or cannot be had (`problem`). */
  definition: z
    .string()
    .max(64 * 1024)
    .nullable(),
  problem: z.string().max(500).nullable(),
  /** Null when the definition cannot be read. */
  enabled: z.boolean().nullable(),
  runAs: z.string().max(255),
  /** Unsigned 32 bits, as Task Scheduler says. */
  lastResult: z.int().min(0).max(0xffff_ffff).nullable(),
  /** Null when it never ran, or when the listing does not tell how it writes dates. */
  lastRunAt: when.nullable(),
  nextRunAt: when.nullable(),
});

/** Which tasks a host has. Servers before it answer `nack`; the agent then goes on without. */
export const inventory = z.object({
  /** Identity of the whole list. */
  hash,
  /** What the centre must have for these changes to fit; null: this is the whole list. */
  base: hash.nullable(),
  page: z.int().min(1),
  pages: z.int().min(1).max(2_000),
  tasks: z.array(listedTask).max(2_000),
  removed: z.array(z.string().max(260)).max(2_000),
  /** Tasks beyond the limit of the list. */
  omitted: count,
  /** Machine-wide variables that definitions name, by lower-case name. */
  variables: z.record(z.string().max(64), z.string().max(1_000)),
});

/** Asks for the whole list, as it is now. */
export const inventoryGet = z.object({});

/** A newer version of the agent, signed by a publisher whose key the agent has pinned. Agents before it ignore this. */
export const upgradeOffer = z.object({
  /** Canonical JSON of a `Release`. */
  text: z.string().max(2_000),
  signature: z.string().max(200),
  /** How long the new version has to connect before the host goes back to the one before. */
  healthWithinMs: z.int().min(1_000).max(7_200_000),
});

/** Asks for the bytes of a release from an offset on. */
export const releaseGet = z.object({ sha256: hash, offset: count });
export const releaseChunk = z.object({
  sha256: hash,
  offset: count,
  /** Base64. */
  data: z.string().max(180_000),
  /** Of the whole file. */
  bytes: count,
});

export const upgradeStates = ['downloading', 'trying', 'installed', 'failed'] as const;
/** What became of an upgrade; said again at each connection. Servers before it answer `nack`. */
export const upgradeStatus = z.object({
  version: z.string().max(20),
  state: z.enum(upgradeStates),
  code: z.string().max(100).nullable(),
  message: z.string().max(2_000).nullable(),
  at: when,
});

export const goaway = z.object({ reason: z.enum(['drain', 'superseded']), reconnectInMs: count });
export const nack = z.object({ code: z.enum(['unsupported', 'bad_message']), message: z.string().max(1_000) });

/** Signed, complete list of what a host should have. */
export const hostIndex = z.object({
  kind: z.literal('carillon/index/v1'),
  hostId: uuid,
  rev: count,
  hash,
  entries: z.array(z.object({ jobId: uuid, version: z.int().min(1), manifestHash: hash })).max(2_000),
  issuedAt: when,
});
export type HostIndex = z.infer<typeof hostIndex>;

/** Signed order to one host, done at most once and only inside its life. */
export const commandOrder = z.object({
  kind: z.literal('carillon/command/v1'),
  commandId: uuid,
  hostId: uuid,
  action: z.enum(commandKinds),
  jobId: uuid,
  /** For `stop`. */
  runId: uuid.nullable(),
  notBefore: when,
  notAfter: when,
});
export type CommandOrder = z.infer<typeof commandOrder>;
