import { randomUUID } from 'node:crypto';
import type { Body, ServerMessage } from '@carillon/contract/agent/catalog';
import { decodeMessage, encodeMessage, type Incoming } from '@carillon/contract/agent/codec';
import { agentPath, agentSubprotocol } from '@carillon/contract/agent/envelope';
import { enrollText, helloText } from '@carillon/contract/agent/signed-texts';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { type KeyPair, makeKeyPair, signText } from '@carillon/core/desired/signing';
import { WebSocket } from 'ws';

type Received = Incoming<'server-to-agent'>;
type AgentBodies =
  | 'desired.get'
  | 'apply.status'
  | 'events'
  | 'command.result'
  | 'inventory'
  | 'release.get'
  | 'upgrade.status'
  | 'trust.refused'
  | 'audit.seen'
  | 'audit.kept'
  | 'key.offer'
  | 'left'
  | 'secrets.key'
  | 'secrets.get'
  | 'secrets.status'
  | 'agent.heartbeat'
  | 'hello'
  | 'enroll';
export type Hello = Omit<Body<'hello'>, 'signature'>;

export interface AgentIdentity {
  readonly agentId: string;
  readonly keys: KeyPair;
}

export const facts: Body<'hello'>['facts'] = {
  hostname: 'srv-1',
  os: 'Windows Server 2022',
  timezone: 'Europe/Berlin',
  agentVersion: '0.1.0',
  scheduler: 'memory',
  capabilities: [],
  fingerprint: 'f'.repeat(64),
};

/** An agent that says only what a test tells it to, and keeps what it hears until the test asks for it. */
export class ScriptedAgent {
  private readonly heard: Received[] = [];
  private readonly waiting = new Set<() => void>();
  /** Its clock against the true one. */
  clockAheadMs = 0;
  private ended: { code: number; reason: string } | undefined;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data) => {
      const message = decodeMessage(String(data), 'server-to-agent');
      if (message.kind !== 'message') throw new Error(`the server sent ${String(data).slice(0, 200)}`);
      this.heard.push(message);
      this.wake();
    });
    ws.on('close', (code, reason) => {
      this.ended = { code, reason: String(reason) };
      this.wake();
    });
    ws.on('error', () => undefined);
  }

  /** @throws when the server refuses the upgrade, with its status */
  static async dial(
    port: number,
    options: { headers?: Record<string, string>; path?: string; protocols?: string[] } = {},
  ): Promise<ScriptedAgent> {
    const url = `ws://127.0.0.1:${port}${options.path ?? agentPath}`;
    const ws = new WebSocket(url, options.protocols ?? [agentSubprotocol], { headers: options.headers ?? {} });
    const agent = new ScriptedAgent(ws);
    await new Promise<void>((resolve, reject) => {
      ws.on('open', () => resolve());
      ws.on('error', reject);
    });
    return agent;
  }

  /** The oldest message of this type that was not taken yet, or the next to come. */
  async take<N extends ServerMessage>(name: N): Promise<Extract<Received, { name: N }>> {
    for (;;) {
      const index = this.heard.findIndex((message) => message.name === name);
      const [found] = index < 0 ? [] : this.heard.splice(index, 1);
      if (found) return found as Extract<Received, { name: N }>;
      if (this.ended)
        throw new Error(`closed with ${JSON.stringify(this.ended)} before ${name}; heard ${this.names()}`);
      await this.news();
    }
  }

  /** Types of the messages that nobody took yet. */
  names(): string[] {
    return this.heard.map((message) => message.name);
  }

  async closed(): Promise<{ code: number; reason: string }> {
    while (!this.ended) await this.news();
    return this.ended;
  }

  /** @returns the id of the message */
  send<N extends AgentBodies>(name: N, body: Body<N>): string {
    const id = randomUUID();
    this.ws.send(encodeMessage(name, body, { id, atMs: Date.now() + this.clockAheadMs }));
    return id;
  }

  /** Everything sent before has been read by the server once this resolves. */
  async barrier(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.ws.once('pong', () => resolve());
      this.ws.ping();
    });
  }

  /** Enrols with a fresh key and leaves the socket at the next challenge. */
  async enroll(joinToken: string, changes: Partial<Body<'hello'>['facts']> = {}): Promise<AgentIdentity> {
    const keys = makeKeyPair();
    await this.sendEnroll(joinToken, keys, changes);
    const { body } = await this.take('enrolled');
    return { agentId: body.agentId, keys };
  }

  async sendEnroll(joinToken: string, keys: KeyPair, changes: Partial<Body<'hello'>['facts']> = {}): Promise<void> {
    const { body: challenge } = await this.take('challenge');
    const body = { joinToken, publicKey: keys.publicKey, facts: { ...facts, ...changes } };
    const proof = signText(keys.privateKey, 'carillon/v1/enroll', enrollText(challenge, body));
    this.send('enroll', { ...body, proof });
  }

  /** Says hello and returns the welcome. */
  async hello(identity: AgentIdentity, changes: Partial<Hello> = {}): Promise<Body<'welcome'>> {
    await this.sendHello(identity, changes);
    return (await this.take('welcome')).body;
  }

  async sendHello({ agentId, keys }: AgentIdentity, changes: Partial<Hello> = {}): Promise<void> {
    const { body: challenge } = await this.take('challenge');
    const hello: Hello = {
      agentId,
      keyId: 'host',
      protocol: 1,
      facts,
      desired: { rev: 0, hash: desiredHash([]) },
      spool: { epoch: 1, first: 1, next: 1 },
      ...changes,
    };
    this.send('hello', {
      ...hello,
      signature: signText(keys.privateKey, 'carillon/v1/hello', helloText(challenge, hello)),
    });
  }

  async hangUp(): Promise<void> {
    this.ws.close();
    await this.closed();
  }

  private news(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
