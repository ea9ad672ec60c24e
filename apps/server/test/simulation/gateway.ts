import 'reflect-metadata';
import { EventEmitter } from 'node:events';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import type { ProposedIndex } from '@carillon/core/signing/accepted-book';
import { CONFIG } from '@carillon/server/config/config.module';
import { AgentGateway } from '@carillon/server/gateway/agent-gateway';
import { HINTS, type Hint, type Hints } from '@carillon/server/queue/hints';
import { Signer } from '@carillon/server/shared/signer';
import { AcceptedStore } from '@carillon/server/store/accepted.store';
import { CommandDeliveryStore } from '@carillon/server/store/command-delivery.store';
import { DeliveryStore } from '@carillon/server/store/delivery.store';
import { IdentityClaimStore } from '@carillon/server/store/identity-claim.store';
import { IngestStore } from '@carillon/server/store/ingest.store';
import { OutputIngestStore } from '@carillon/server/store/output-ingest.store';
import { SessionStore } from '@carillon/server/store/session.store';
import { SignatureStore } from '@carillon/server/store/signature.store';
import { UpgradeStore } from '@carillon/server/store/upgrade.store';
import type { Database } from './database.js';
import type { Network } from './network.js';
import {
  CommandDeliveryInMemory,
  DeliveryInMemory,
  IdentityClaimsInMemory,
  IngestInMemory,
  OutputInMemory,
  SessionsInMemory,
  type Transact,
} from './stores.js';
import { type Process, world } from './world.js';

export const origin = 'http://carillon.test';

/** The centre's key, and what it signs. */
export interface SigningDesk {
  readonly publicKey: string;
  sign(context: string, text: string): string;
}

/** Hints between servers as Redis carries them: late, and sometimes not at all. */
export class HintBus {
  lossy = true;
  private readonly listeners = new Set<{ process: Process; listener: (hint: Hint) => void }>();

  publish(hint: Hint): void {
    const here = world();
    for (const { process, listener } of this.listeners) {
      if (this.lossy && here.random.chance(0.2)) continue;
      here.after(here.random.between(0, 20), process, () => listener(hint));
    }
  }

  of(process: Process): Hints {
    return {
      publish: (hint) => this.publish(hint),
      subscribe: (listener) => {
        const entry = { process, listener };
        this.listeners.add(entry);
        return () => this.listeners.delete(entry);
      },
      health: () => Promise.resolve({ mode: 'redis', ok: true }),
    };
  }

  died(process: Process): void {
    for (const entry of this.listeners) if (entry.process === process) this.listeners.delete(entry);
  }
}

export interface Centre {
  readonly database: Database;
  readonly network: Network;
  readonly hints: HintBus;
  readonly signer: SigningDesk;
}

/** One server: the real gateway with everything that belongs to it, on stores in memory. */
export class GatewayProcess {
  readonly process: Process;
  private gateway: AgentGateway | undefined;

  constructor(
    name: string,
    private readonly centre: Centre,
    clockAheadMs: () => number,
  ) {
    const { database, network, hints, signer } = centre;
    this.process = world().start(name, clockAheadMs);
    const transact: Transact = (what, work) => database.transact(this.process, what, work);
    const { tables } = database;
    const given = new Map<unknown, unknown>([
      [SessionStore, new SessionsInMemory(tables, transact)],
      [IdentityClaimStore, new IdentityClaimsInMemory(tables, transact)],
      [IngestStore, new IngestInMemory(database, transact)],
      [OutputIngestStore, new OutputInMemory(tables, transact)],
      [CommandDeliveryStore, new CommandDeliveryInMemory(tables, transact)],
      [DeliveryStore, new DeliveryInMemory(tables, transact)],
      [UpgradeStore, { rings: () => Promise.resolve([]) }],
      [Signer, { ...signer, ...standIn(signer) }],
      [AcceptedStore, accepting(signer)],
      [SignatureStore, { readBook: () => Promise.resolve() }],
      [HINTS, hints.of(this.process)],
      [
        CONFIG,
        {
          trustProxy: [],
          pollMs: 5_000,
          releaseKeys: [],
          approveHosts: false,
          hostKeyDays: 0,
          publicOrigins: [origin],
          handshakesPerSecond: 300,
          unknownSocketsPerAddress: 20,
        },
      ],
    ]);
    const http = new EventEmitter();
    world().after(0, this.process, () => {
      this.gateway = make(AgentGateway, given);
      this.gateway.attach(http as unknown as Parameters<AgentGateway['attach']>[0]);
      this.gateway.onApplicationBootstrap();
      network.listeners.add({ process: this.process, http });
    });
  }

  /** Stops as an orderly server does, then ends. */
  drain(): void {
    world().after(0, this.process, () => void this.gateway?.drain().then(() => this.kill()));
  }

  kill(): void {
    if (!this.process.alive) return;
    const { network, hints } = this.centre;
    world().tell(() => `${this.process.name} ends`);
    world().kill(this.process);
    for (const listener of network.listeners) if (listener.process === this.process) network.listeners.delete(listener);
    hints.died(this.process);
    network.died(this.process);
  }
}

type Class = new (...args: unknown[]) => object;

/** Keys that never change here. */
function standIn({ publicKey, sign }: SigningDesk) {
  const text = canonicalJson({ kind: 'carillon/keys/v1', publicKey });
  const signature = sign('carillon/v1/keys', text);
  const keySet = { text, signature, vouchers: [] };
  const trust = { publicKey, trusted: [publicKey], keySet, version: 1, hasRevoked: false };
  return { trust, lookAtKeys: () => Promise.resolve(false) };
}

/** Signs what the tables say: whether that was accepted is no question of the protocol. */
function accepting({ sign }: SigningDesk) {
  return {
    async indexes(load: () => Promise<readonly ProposedIndex[]>) {
      return (await load()).map((proposal) => {
        const { hostId, rev, entries } = proposal;
        const issuedAt = new Date().toISOString();
        const hash = desiredHash(entries);
        const index = { kind: 'carillon/index/v1', hostId, rev, hash, entries: entries as unknown as Json, issuedAt };
        const text = canonicalJson(index);
        return { proposal, signed: { text, signature: sign('carillon/v1/index', text) } };
      });
    },
  };
}

/** Builds an injectable with all it asks for, as the framework does. */
function make<T extends object>(wanted: abstract new (...args: never[]) => T, given: Map<unknown, unknown>): T {
  const found = given.get(wanted) ?? (isOfDatabase(wanted) ? absent(wanted.name) : undefined);
  if (found) return found as T;
  const asked: { index: number; param: unknown }[] = Reflect.getMetadata('self:paramtypes', wanted) ?? [];
  const args: unknown[] = [];
  for (const { index, param } of asked)
    args[index] = typeof param === 'function' ? make(param as Class, given) : given.get(param);
  const made = new (wanted as unknown as Class)(...args);
  given.set(wanted, made);
  return made as T;
}

function isOfDatabase({ name }: { readonly name: string }): boolean {
  return name === 'Database' || name.endsWith('Store');
}

/** Of a store that the simulated traffic does not touch: whoever touches it learns what is missing. */
function absent(name: string): object {
  return new Proxy(
    {},
    {
      get: (_target, member) => () => {
        throw new Error(`the simulation has no stand-in for ${name}.${String(member)}`);
      },
    },
  );
}
