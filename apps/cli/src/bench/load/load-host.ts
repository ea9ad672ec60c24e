import { randomUUID } from 'node:crypto';
import type { AgentMessage, Body } from '@carillon/contract/agent/catalog';
import { encodeMessage } from '@carillon/contract/agent/codec';
import { enrollText, helloText } from '@carillon/contract/agent/signed-texts';
import { limits } from '@carillon/contract/limits';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { LightSocket } from './light-socket.js';
import { type PlayedRun, RunMaker } from './run-messages.js';

interface FrameUnderWay {
  readonly lastSeq: number;
  readonly sentMs: number;
}

/** What a host tells whoever drives it. */
export interface LoadObserver {
  /** A frame of events is committed, so long after it was sent. */
  acked(latencyMs: number): void;
  /** So many more results, their output included, are committed. */
  completed(count: number): void;
  /** The connection is lost, or the server refused something: the measuring is worth nothing. */
  failed(why: string): void;
}

const runsPerFrame = limits.eventsPerFrame / 2;

/**
 * One host under load: the real handshake, events and output with the windows that an agent keeps.
 */
export class LoadHost {
  private socket: LightSocket | undefined;
  private readonly runs: RunMaker;
  private readonly waitingFor = new Map<string, (body: unknown) => void>();
  /** Of the opening, before anybody asked for it. */
  private readonly heard = new Map<string, unknown>();
  private seq = 1;
  private readonly framesUnderWay: FrameUnderWay[] = [];
  /** Started and told, not ended yet. */
  private begun: PlayedRun[] = [];
  private outputs: PlayedRun[] = [];
  private outputsUnderWay = 0;
  private outputsAcked = 0;
  private endsAcked = 0;
  private told = 0;
  /** Ends of runs in frames under way, by the frame's last number. */
  private readonly endsByFrame = new Map<number, number>();
  private endsApart = false;
  /** Runs that are still to begin. */
  private quota = 0;
  /** Runs that began so far. */
  begunCount = 0;

  constructor(
    readonly name: string,
    jobIds: readonly string[],
    private readonly observer: LoadObserver,
  ) {
    this.runs = new RunMaker(jobIds);
  }

  /** Enrols and opens a session on the same connection. @throws Error when the server refuses */
  async join(server: string, joinToken: string): Promise<void> {
    const socket = await LightSocket.dial(server);
    this.socket = socket;
    socket.onText = (text) => this.receive(JSON.parse(text) as Received);
    socket.onEnd = (why) => this.observer.failed(`${this.name}: ${why}`);
    const keys = makeKeyPair();
    const facts = factsOf(this.name);
    const first = await this.take<Body<'challenge'>>('challenge');
    const enroll = { joinToken, publicKey: keys.publicKey, facts };
    this.say('enroll', {
      ...enroll,
      proof: signText(keys.privateKey, 'carillon/v1/enroll', enrollText(first, enroll)),
    });
    const { agentId } = await this.take<Body<'enrolled'>>('enrolled');
    const challenge = await this.take<Body<'challenge'>>('challenge');
    const hello = {
      agentId,
      keyId: 'host',
      protocol: 1,
      facts,
      desired: { rev: 0, hash: desiredHash([]) },
      spool: { epoch: 1, first: 1, next: 1 },
    };
    this.say('hello', {
      ...hello,
      signature: signText(keys.privateKey, 'carillon/v1/hello', helloText(challenge, hello)),
    });
    await this.take('welcome');
  }

  /** Nothing waits for room in the windows any more but ends and outputs. */
  get allBegun(): boolean {
    return this.quota === 0;
  }

  /**
   * Lets so many runs happen as fast as windows allow; infinity until `settle`.
   * @param endsApart ends travel a frame after their starts, as when many programs run at once; else each follows its
   * start, as in what waited on a host that was cut off
   */
  flood(runs: number, endsApart: boolean): void {
    this.quota = runs;
    this.endsApart = endsApart;
    this.pump();
  }

  /** Begins no more runs; those that began end. */
  settle(): void {
    this.quota = 0;
    this.pump();
  }

  /** One run that has just ended, told at once as a live agent does. @returns its id */
  single(failing?: string): string {
    const run = this.runs.make(Date.now(), failing);
    this.begunCount += 1;
    this.sendEvents([run.started, run.finished], 1);
    this.outputs.push(run);
    this.pumpOutput();
    return run.runId;
  }

  /** One run whose start is told now, and whose end when it is there. */
  live(durationMs: number): void {
    const run = this.runs.make(Date.now());
    this.begunCount += 1;
    this.sendEvents([run.started], 0);
    setTimeout(() => {
      this.sendEvents([run.finished], 1);
      this.outputs.push(run);
      this.pumpOutput();
    }, durationMs);
  }

  close(): void {
    this.socket?.close();
  }

  private pump(): void {
    while (this.framesUnderWay.length < limits.inFlightFrames && (this.quota > 0 || this.begun.length > 0)) {
      const count = Math.min(runsPerFrame, this.quota);
      this.quota -= count;
      this.begunCount += count;
      const nowMs = Date.now();
      const starting = Array.from({ length: count }, () => this.runs.make(nowMs));
      const ending = this.endsApart ? this.begun : starting;
      this.begun = this.endsApart ? starting : [];
      this.sendEvents(
        this.endsApart
          ? [...ending.map((run) => run.finished), ...starting.map((run) => run.started)]
          : starting.flatMap((run) => [run.started, run.finished]),
        ending.length,
      );
      this.outputs.push(...ending);
    }
    this.pumpOutput();
  }

  private pumpOutput(): void {
    const room = limits.inFlightFrames - this.outputsUnderWay;
    if (room <= 0 || this.outputs.length === 0) return;
    const sending = this.outputs.splice(0, room);
    this.outputsUnderWay += sending.length;
    this.socket?.cork();
    for (const run of sending) this.socket?.sendBinary(run.output);
    this.socket?.uncork();
  }

  private sendEvents(events: readonly string[], ends: number): void {
    const firstSeq = this.seq;
    this.seq += events.length;
    const lastSeq = this.seq - 1;
    const items = events.map((event, index) => `{"seq":${firstSeq + index}${event}`).join(',');
    const at = new Date().toISOString();
    this.socket?.sendText(
      `{"v":1,"t":"events","id":"${firstSeq}","at":"${at}","body":{"epoch":1,"firstSeq":${firstSeq},"items":[${items}]}}`,
    );
    this.framesUnderWay.push({ lastSeq, sentMs: performance.now() });
    if (ends > 0) this.endsByFrame.set(lastSeq, ends);
  }

  private receive({ t, body }: Received): void {
    if (t === 'ack') this.onAck(body as Body<'ack'>);
    else if (t === 'log.ack') this.onLogAck(body as Body<'log.ack'>);
    else if (t === 'nack' || t === 'reject' || t === 'goaway' || t === 'epoch.renew')
      this.observer.failed(`${this.name}: the server sent ${t} ${JSON.stringify(body)}`);
    else if (this.waitingFor.has(t)) this.waitingFor.get(t)?.(body);
    else this.heard.set(t, body);
  }

  private onAck({ upToSeq, rejected }: Body<'ack'>): void {
    if (rejected) this.observer.failed(`${this.name}: rejected ${JSON.stringify(rejected[0])}`);
    const nowMs = performance.now();
    while (this.framesUnderWay[0] && this.framesUnderWay[0].lastSeq <= upToSeq) {
      const { lastSeq, sentMs } = this.framesUnderWay.shift() as FrameUnderWay;
      this.observer.acked(nowMs - sentMs);
      this.endsAcked += this.endsByFrame.get(lastSeq) ?? 0;
      this.endsByFrame.delete(lastSeq);
    }
    this.tell();
    this.pump();
  }

  private onLogAck({ items }: Body<'log.ack'>): void {
    this.outputsUnderWay -= items.length;
    this.outputsAcked += items.length;
    this.tell();
    this.pumpOutput();
  }

  /** Ends and outputs are acked in the order they were sent, so the smaller count is whole results. */
  private tell(): void {
    const whole = Math.min(this.endsAcked, this.outputsAcked);
    if (whole > this.told) this.observer.completed(whole - this.told);
    this.told = whole;
  }

  private say<N extends AgentMessage>(name: N, body: Body<N>): void {
    this.socket?.sendText(encodeMessage(name, body, { id: randomUUID(), atMs: Date.now() }));
  }

  private take<T>(name: string): Promise<T> {
    return new Promise((resolve) => {
      if (this.heard.has(name)) {
        resolve(this.heard.get(name) as T);
        this.heard.delete(name);
        return;
      }
      this.waitingFor.set(name, (body) => {
        this.waitingFor.delete(name);
        resolve(body as T);
      });
    });
  }
}

interface Received {
  readonly t: string;
  readonly body: unknown;
}

function factsOf(name: string): Body<'hello'>['facts'] {
  return {
    hostname: name,
    os: 'Windows Server 2022 (load)',
    timezone: 'UTC',
    agentVersion: '0.1.0',
    scheduler: 'memory',
    capabilities: [],
    fingerprint: sha256Hex(`load\n${name}`),
  };
}
