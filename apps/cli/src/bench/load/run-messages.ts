import { createHash, randomBytes } from 'node:crypto';
import { encodeLogFrame } from '@carillon/contract/agent/log-frame';

/** A run as a load generator plays it: what its start, its end and its output say. */
export interface PlayedRun {
  readonly runId: string;
  /** The event `run.started`, then `run.finished`, without their numbers: `{"seq":` comes first. */
  readonly started: string;
  readonly finished: string;
  /** Binary frame, and where its output ends. */
  readonly output: Buffer;
  readonly outputEnd: number;
}

interface KnownOutput {
  readonly data: Buffer;
  readonly json: string;
}

const empty = { bytes: 0, stored: 0, sha256: sha256(Buffer.alloc(0)) };
/** Most programs say one of a few things. */
const outputs: readonly KnownOutput[] = Array.from({ length: 64 }, (_, index) => {
  const data = Buffer.from(`backup of volume ${index} done: ${1_000 + index * 37} files, 0 errors, exit\r\n`);
  const stdout = { bytes: data.length, stored: data.length, sha256: sha256(data) };
  return { data, json: JSON.stringify({ stdout, stderr: empty, encoding: 'utf-8' }) };
});
/** Programs that fail are not so few that nobody would notice. */
const failEvery = 50;

/** Makes runs of one host as its agent would tell them, text by text: serializing objects would cost too much. */
export class RunMaker {
  private counter = 0;
  private readonly tail = randomBytes(5).toString('hex');

  /** @param jobIds the host's jobs, which take turns */
  constructor(private readonly jobIds: readonly string[]) {}

  /** A run that begins and ends now. @param failing a job whose run fails, instead of the next one's run */
  make(nowMs: number, failing?: string): PlayedRun {
    const count = this.counter;
    const jobId = failing ?? this.jobIds[count % this.jobIds.length] ?? '';
    const runId = this.newId(nowMs);
    const at = new Date(nowMs).toISOString();
    const failed = failing !== undefined || count % failEvery === failEvery - 1;
    const output = outputs[count % outputs.length] as KnownOutput;
    const identity = `"runId":"${runId}","jobId":"${jobId}","version":1,"trigger":"schedule","scheduledFor":"${at}","startedAt":"${at}","commandId":null`;
    const end = `"finishedAt":"${at}","durationMs":${count % 1_000},"attempts":1,"cpuMs":31,"peakMemoryBytes":18874368,"state":"${failed ? 'failed' : 'succeeded'}","reason":null,"exitCode":${failed ? 1 : 0}`;
    const event = (data: string) => `,"eventId":"${this.newId(nowMs)}","at":"${at}","data":{${data}}}`;
    return {
      runId,
      started: event(`"kind":"run.started",${identity}`),
      finished: event(`"kind":"run.finished",${identity},${end},"output":${output.json}`),
      output: frameOf(runId, output.data, nowMs),
      outputEnd: output.data.length,
    };
  }

  /** UUIDv7 whose random part is a counter and the host's own five bytes. */
  private newId(nowMs: number): string {
    this.counter += 1;
    const time = nowMs.toString(16).padStart(12, '0');
    const number = this.counter.toString(16).padStart(6, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${number.slice(3)}-8${number.slice(0, 3)}-${this.tail}00`;
  }
}

function frameOf(runId: string, data: Buffer, atMs: number): Buffer {
  const common = { stream: 'stdout', offset: 0, droppedBefore: 0, codec: 'none', length: data.length } as const;
  return encodeLogFrame({ ...common, runId, atMs, data });
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
