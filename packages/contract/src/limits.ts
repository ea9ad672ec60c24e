/** Every limit of the product's edges, in one file. Units are in the names. */
export const limits = {
  /** Largest text frame either side sends on the agent socket. */
  textFrameBytes: 256 * 1024,
  /** Hard limit of the socket itself; a larger frame closes it with 1009. */
  maxPayloadBytes: 1024 * 1024,
  helloBytes: 16 * 1024,
  helloTimeoutMs: 10_000,
  eventsPerFrame: 200,
  logDataBytes: 32 * 1024,
  /** Of a release in one frame; as base64 it stays below the limit of text frames. */
  releaseChunkBytes: 128 * 1024,
  unauthenticatedSocketsPerAddress: 20,
  handshakesPerSecond: 300,
  /** Frames of events or log data sent and not yet acked, per socket. */
  inFlightFrames: 8,
  apiBodyBytes: 1024 * 1024,
  pageItems: { default: 50, max: 500 },
  commandLifeMs: 5 * 60_000,
  heartbeatMs: 60_000,
  /** A socket silent for this long is dead. */
  silenceMs: 115_000,
  /** What may wait on a host, events and output together. */
  spoolBytes: 256 * 1024 * 1024,
  /** The events' part of it: half, so that they can be written anew beside themselves. */
  spoolEventBytes: 128 * 1024 * 1024,
  /** Output that waited longer is given up; events stay as long as there is room. */
  spoolOutputAgeMs: 7 * 24 * 60 * 60_000,
  /** Written ahead, so that results of runs still find room on a full disk. */
  spoolReserveBytes: 4 * 1024 * 1024,
  /** With less free on the host's disk, output makes room for results. */
  spoolKeepFreeBytes: 16 * 1024 * 1024,
  enrolmentTokenUses: 10_000,
  applyDocuments: 500,
} as const;
