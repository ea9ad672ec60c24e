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
  /** Pages that listen on one server. */
  liveSockets: 2_000,
  liveTicketLifeMs: 30_000,
  /** A page is told of changes so often at most. */
  liveEveryMs: 500,
  /** After so long a page comes back with a new ticket. */
  liveSocketLifeMs: 10 * 60_000,
  apiBodyBytes: 1024 * 1024,
  pageItems: { default: 50, max: 500 },
  /** Of each job in a list of jobs. */
  recentRuns: 30,
  /** Newest runs of a job that its statistics are made of. */
  statisticRuns: 1_000,
  /** Days whose usual durations it tells, and the newest runs of each that are looked at. */
  statisticDays: 30,
  statisticRunsPerDay: 500,
  /** Newest runs of a job among which the last one of each host is looked for, where it did not run lately. */
  lastRunScan: 10_000,
  /** Runs on other hosts count as at the same time when they started so near, and so many are told. */
  besideMs: 10 * 60_000,
  besideRuns: 100,
  /** Runs in one downloaded table. */
  csvRuns: 50_000,
  /** Time zones of hosts that a preview tells apart, and other jobs it names. */
  previewZones: 12,
  previewOverlaps: 20,
  /** Of each list of hosts in a plan, the first by name; starts that it shows in each time zone. */
  planHosts: 50,
  planFires: 3,
  /** Hours that one question about counts by the hour may cover: a month and a week. */
  countedHours: 38 * 24,
  /** Rows of a timeline in one answer, and what one of them may hold. */
  timelineRows: 40,
  timelineDays: 15,
  timelineRunsPerRow: 200,
  timelineMissesPerRow: 50,
  timelineFiresPerRow: 60,
  /** Fires that one question about expected starts looks at; each takes up to a microsecond. */
  loadFires: 1_000_000,
  /** Jobs of an hour that are told one by one. */
  loadJobs: 40,
  commandLifeMs: 5 * 60_000,
  /** Hosts that one question about a dry run may go to; each looks at its disks for it. */
  dryRunHosts: 20,
  /** Of what a host says in a dry run, UTF-8; the middle of more is left out there. */
  answerBytes: 64 * 1024,
  /** How long the centre keeps it. */
  keepAnswersDays: 7,
  heartbeatMs: 60_000,
  /** A socket silent for this long is dead. */
  silenceMs: 115_000,
  /** What may wait on a host, events and output together. */
  spoolBytes: 256 * 1024 * 1024,
  /** The events' part of it: half, so that they can be written anew beside themselves. */
  spoolEventBytes: 128 * 1024 * 1024,
  /** Output that waited longer is given up; events stay as long as there is room. */
  spoolOutputAgeMs: 7 * 24 * 60 * 60_000,
  /** Of events that the centre has, so much stays for one that was restored from a backup. */
  spoolKeptBytes: 16 * 1024 * 1024,
  spoolKeptAgeMs: 7 * 24 * 60 * 60_000,
  /** Written ahead, so that results of runs still find room on a full disk. */
  spoolReserveBytes: 4 * 1024 * 1024,
  /** With less free on the host's disk, output makes room for results. */
  spoolKeepFreeBytes: 16 * 1024 * 1024,
  enrolmentTokenUses: 10_000,
  applyDocuments: 500,
  /** Of a job file that is kept as it was written; a definition is smaller, so the rest is comments. */
  jobSourceCharacters: 200_000,
  /** Why a version was written. */
  reasonCharacters: 500,
  /** How long history is kept when nothing is configured; numbers by the hour stay longer than the runs they count. */
  keepRunsDays: 90,
  keepOutputDays: 30,
  keepHoursDays: 400,
  /** Since an incident was resolved; a year and a month, so that this month can be laid beside that of last year. */
  keepIncidentsDays: 400,
  keepNoticesDays: 90,
  keepCommandsDays: 90,
} as const;
