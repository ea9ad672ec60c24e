import { Redis } from 'ioredis';
import { z } from 'zod';
import { type Hint, type Hints, type HintsHealth, hintKinds } from './hints.js';
import { StateLog } from './state-log.js';

const channel = 'carillon:hints';
const maxMessageBytes = 1024 * 1024;
const hintSchema = z.object({
  kind: z.enum(hintKinds),
  hostIds: z.array(z.uuid()).max(20_000),
});

/**
 * Hints between servers through Redis pub/sub. Redis may be away: then a hint reaches this server alone (never queued
 * for the others, it would be stale) and both connections try again for ever.
 */
export class RedisHints implements Hints {
  private readonly publisher: Redis;
  private readonly subscriber: Redis;
  private readonly listeners = new Set<(hint: Hint) => void>();
  private readonly state = new StateLog('Redis hints');

  constructor(url: string) {
    const options = {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 5_000,
      retryStrategy: (attempt: number) => Math.min(2_000, 50 * attempt),
    };
    this.publisher = new Redis(url, options);
    this.subscriber = new Redis(url, { ...options, autoResubscribe: false });
    for (const client of [this.publisher, this.subscriber]) client.on('error', (error) => this.state.fails(error));
    this.publisher.on('ready', () => this.settle());
    this.subscriber.on('ready', () => void this.listen());
    this.subscriber.on('message', (_channel, text) => this.receive(text));
  }

  publish(hint: Hint): void {
    // What would not come back to us is said here; hints may be doubled.
    if (this.notReady() !== undefined) this.tellHere(hint);
    if (this.publisher.status !== 'ready') return;
    this.publisher.publish(channel, JSON.stringify(hint)).catch((error) => {
      this.state.fails(error);
      this.tellHere(hint);
    });
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async health(): Promise<HintsHealth> {
    const problem = this.state.problem ?? this.notReady();
    if (problem !== undefined) return { mode: 'redis', ok: false, message: problem };
    try {
      await this.publisher.ping();
      return { mode: 'redis', ok: true };
    } catch (error) {
      this.state.fails(error);
      return { mode: 'redis', ok: false, message: this.state.problem ?? 'no answer' };
    }
  }

  close(): void {
    this.publisher.disconnect();
    this.subscriber.disconnect();
  }

  private async listen(): Promise<void> {
    try {
      await this.subscriber.subscribe(channel);
      this.settle();
    } catch (error) {
      this.state.fails(error);
      // Ready without a subscription would be deaf for ever: begin again.
      this.subscriber.disconnect(true);
    }
  }

  private settle(): void {
    if (this.notReady() === undefined) this.state.works();
  }

  private notReady(): string | undefined {
    if (this.publisher.status !== 'ready') return `publisher is ${this.publisher.status}`;
    if (this.subscriber.status !== 'ready') return `subscriber is ${this.subscriber.status}`;
    return undefined;
  }

  /** What stands on the channel is somebody else's word: a malformed hint is dropped. */
  private receive(text: string): void {
    if (text.length > maxMessageBytes) return;
    const hint = hintSchema.safeParse(parse(text));
    if (!hint.success) return;
    for (const listener of this.listeners) listener(hint.data);
  }

  /** After the publisher's own work, as with Redis in between. */
  private tellHere(hint: Hint): void {
    queueMicrotask(() => {
      for (const listener of this.listeners) listener(hint);
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
