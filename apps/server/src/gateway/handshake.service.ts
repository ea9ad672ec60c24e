import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Body } from '@carillon/contract/agent/catalog';
import { protocolRange } from '@carillon/contract/agent/envelope';
import { enrollText, helloText } from '@carillon/contract/agent/signed-texts';
import { limits } from '@carillon/contract/limits';
import { verifyText } from '@carillon/core/desired/signing';
import { judgeKey } from '@carillon/core/host/key-rotation';
import { highestRevision } from '@carillon/core/signing/accepted-book';
import { type HostState, mayConnect } from '@carillon/core/state/states';
import type { RecordText } from '@carillon/core/text/record-texts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { describeError } from '../queue/state-log.js';
import { Refusals } from '../shared/refusals.js';
import { Signer } from '../shared/signer.js';
import { NotSigned } from '../store/accepted.store.js';
import { Database } from '../store/database.store.js';
import { DesiredStore } from '../store/desired.store.js';
import { EnrolmentStore } from '../store/enrolment.store.js';
import { HostKeyStore } from '../store/host-key.store.js';
import { IdentityClaimStore } from '../store/identity-claim.store.js';
import { type KnownAgent, type OpenedSession, SessionStore } from '../store/session.store.js';
import { closeCodes } from './close-codes.js';
import { keysTold } from './keys-told.js';
import { Leaving } from './leaving.service.js';
import { type Rejected, rejected } from './rejected.js';
import { judgeSpool, type SpoolVerdict } from './spool-verdict.js';

type Challenge = Pick<Body<'challenge'>, 'nonce' | 'origin'>;
type HostFacts = Body<'hello'>['facts'];

export interface Welcomed {
  readonly kind: 'welcomed';
  readonly agent: KnownAgent;
  /** As it says now, over its key. */
  readonly capabilities: readonly string[];
  readonly session: OpenedSession;
  readonly verdict: SpoolVerdict;
  readonly body: Body<'welcome'>;
}

export type HelloDecision = Welcomed | Rejected;
export type EnrollDecision = { readonly kind: 'enrolled'; readonly body: Body<'enrolled'> } | Rejected;

/** Names this process in session rows. */
export class GatewayIdentity {
  readonly id = randomUUID();
}

/** Decides who gets in. Signatures come before any write, and the token only after the proof. */
@Injectable()
export class Handshake {
  private readonly logger = new Logger('Gateway');

  constructor(
    @Inject(SessionStore) private readonly sessions: SessionStore,
    @Inject(IdentityClaimStore) private readonly claims: IdentityClaimStore,
    @Inject(EnrolmentStore) private readonly enrolments: EnrolmentStore,
    @Inject(Database) private readonly database: Database,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(Signer) private readonly signer: Signer,
    @Inject(Refusals) private readonly refusals: Refusals,
    @Inject(GatewayIdentity) private readonly identity: GatewayIdentity,
    @Inject(HostKeyStore) private readonly hostKeys: HostKeyStore,
    @Inject(Leaving) private readonly leaving: Leaving,
    @Inject(CONFIG) private readonly config: Pick<Config, 'releaseKeys' | 'approveHosts'>,
  ) {}

  /**
   * Judges a hello against the challenge that its socket was sent, and opens the session.
   * @param from address that it came from
   * @throws when the database does not answer
   */
  async hello(challenge: Challenge, body: Body<'hello'>, from: string | null = null): Promise<HelloDecision> {
    if (body.protocol < protocolRange.min || body.protocol > protocolRange.max) {
      const expected = `${protocolRange.min} to ${protocolRange.max}`;
      return rejected('protocol', `hello.protocol: expected ${expected}, got ${body.protocol}`, closeCodes.protocol);
    }
    const unprintable = unprintableFact('hello', body.facts);
    if (unprintable) return unprintable;
    const known = await this.sessions.find(body.agentId);
    if (!known) {
      return rejected('unknown_agent', 'hello.agentId: no host has this id; enrol again', closeCodes.notAuthenticated);
    }
    const agent = await this.byItsKey(known, challenge, body);
    if (!agent) {
      this.noteRefused(known, from, 'it does not have the key of this host');
      const message = `hello.signature: expected Ed25519 by the host's key over this challenge (origin ${challenge.origin})`;
      return rejected('bad_signature', message, closeCodes.notAuthenticated);
    }
    if (!mayConnect(agent.state)) {
      this.noteRefused(agent, from, `this host is ${agent.state}`);
      if (agent.state !== 'retired') return refusedState(agent.state);
      return this.leaving.retired({ ...agent, capabilities: body.facts.capabilities });
    }
    const decision = await this.open(agent, body, from);
    if (decision.kind === 'rejected' && decision.body.code === 'quarantined')
      this.noteRefused(agent, from, 'it looks like a copy of a host that is connected');
    return decision;
  }

  /**
   * Checks the proof, then turns the token into a host.
   * @param from address that it came from
   * @throws when the database does not answer
   */
  async enroll(challenge: Challenge, body: Body<'enroll'>, from: string | null = null): Promise<EnrollDecision> {
    const unprintable = unprintableFact('enroll', body.facts);
    if (unprintable) return unprintable;
    if (!verifyText(body.publicKey, 'carillon/v1/enroll', enrollText(challenge, body), body.proof)) {
      const message = `enroll.proof: expected Ed25519 by enroll.publicKey over this challenge (origin ${challenge.origin})`;
      return rejected('bad_signature', message, closeCodes.notAuthenticated);
    }
    const tokenHash = createHash('sha256').update(body.joinToken).digest('hex');
    const { publicKey, facts } = body;
    const { approveHosts: approveAll } = this.config;
    const asked = { tokenHash, publicKey, facts, address: from, approveAll, nowMs: Date.now() };
    const result = await this.enrolments.redeem(asked);
    if (result.kind === 'refused') {
      const { tokenId, flaw, message: why } = result;
      const what = tokenId ?? 'unknown';
      this.refusals.note({ via: 'agent', from, kind: 'EnrolmentToken', act: 'refused', what, why: `${flaw}: ${why}` });
      const message = 'enroll.joinToken: expected a token that exists, is not used up, expired or revoked';
      return rejected('bad_token', message, closeCodes.notAuthenticated);
    }
    const { state } = result;
    this.logger.log(`host ${JSON.stringify(result.name)} ${state === 'active' ? 'enrolled' : 'asks to be let in'}`);
    const keys = keysTold(this.signer);
    const trust = { signerKeys: [this.signer.publicKey], releaseKeys: [...this.config.releaseKeys], keys };
    return { kind: 'enrolled', body: { agentId: result.hostId, state, name: result.name, trust } };
  }

  /**
   * The host whose key signed this, with that key. Who signs in with the key that he offered has it from then on.
   * @returns null for a stranger
   */
  private async byItsKey(known: KnownAgent, challenge: Challenge, body: Body<'hello'>): Promise<KnownAgent | null> {
    const text = helloText(challenge, body);
    const { publicKey, keyOffered: offered } = known;
    const isBy = (key: string) => verifyText(key, 'carillon/v1/hello', text, body.signature);
    const whose = judgeKey({ publicKey, offered }, isBy);
    if (whose === 'stranger' || (whose === 'offered' && known.state !== 'active')) return null;
    if (whose === 'current' || offered === null) return known;
    try {
      await this.hostKeys.take(known.hostId);
    } catch (error) {
      // A key that only a row knows; whoever looks after signing was told.
      if (error instanceof NotSigned) return null;
      throw error;
    }
    this.logger.log(`host ${JSON.stringify(known.name)} has another key`);
    return { ...known, publicKey: offered, keyOffered: null };
  }

  private noteRefused({ name }: KnownAgent, from: string | null, why: RecordText): void {
    this.refusals.note({ via: 'agent', from, kind: 'Host', act: 'refused', what: name, why });
  }

  /** Two agents with one identity would each have the other's runs counted as its own. Older agents do not tell. */
  private async refusedCopy(
    agent: KnownAgent,
    { instance, facts }: Body<'hello'>,
    address: string | null,
  ): Promise<Rejected | null> {
    if (instance === undefined) return null;
    const { hostname, fingerprint } = facts;
    const verdict = await this.claims.claim({ hostId: agent.hostId, instance, fingerprint, hostname, address });
    if (verdict.accept && verdict.reason !== 'returned') return null;
    this.logger.warn(`two agents work as host ${JSON.stringify(agent.name)}: a copied disk? The later one is refused`);
    return verdict.accept ? null : refusedCopyOf(agent.name, hostname);
  }

  /**
   * For the process that had the session last there is nothing to judge, which spares most of the work when thousands
   * come back at once. @returns null for any other, also one that another overtakes meanwhile
   */
  private async openAgain(agent: KnownAgent, { instance, spool, kept }: Body<'hello'>): Promise<OpenedSession | null> {
    if (instance === undefined || agent.instance !== instance) return null;
    if (agent.wasAbsent) await this.sessions.noteAbsence(agent.hostId);
    return this.sessions.open(agent.hostId, this.identity.id, { ...spool, kept }, instance);
  }

  /** What the agent believes to be desired can be newer than what we know only if our database went back. */
  private async above(agent: KnownAgent, desired: OpenedSession['desired'], rev: number) {
    if (rev <= desired.rev || rev >= highestRevision) return desired;
    this.logger.warn(
      `host ${JSON.stringify(agent.name)} was told of revision ${rev}, this database knows ${desired.rev}: restored from a backup?`,
    );
    return (await this.sessions.goAbove(agent.hostId, rev)) ?? desired;
  }

  private tellShort(name: string, from: number, to: number): void {
    const events = `events ${from} to ${to} of host ${JSON.stringify(name)}`;
    this.logger.warn(
      `${events} were stored once and are not in this database: restored from a backup? They come again`,
    );
  }

  private async open(agent: KnownAgent, hello: Body<'hello'>, from: string | null): Promise<HelloDecision> {
    const spool = { ...hello.spool, kept: hello.kept };
    let session = await this.openAgain(agent, hello);
    if (!session) {
      const copy = await this.refusedCopy(agent, hello, from);
      if (copy) return copy;
      if (agent.wasAbsent) await this.sessions.noteAbsence(agent.hostId);
      session = await this.sessions.open(agent.hostId, this.identity.id, spool);
    }
    if (!session) return refusedState('revoked');
    if (agent.fingerprint !== hello.facts.fingerprint) {
      this.logger.warn(`host ${JSON.stringify(agent.name)} has another fingerprint than before: another machine?`);
    }
    const changed = await this.takeFacts(agent, hello.facts).catch((error) => {
      this.logger.warn(`facts of ${JSON.stringify(agent.name)} not stored: ${describeError(error)}`);
      return null;
    });
    const desired = await this.above(agent, changed ?? session.desired, hello.desired.rev);
    const verdict = judgeSpool(session, spool);
    if (verdict.ack.upTo < hello.spool.first - 1)
      this.tellShort(agent.name, verdict.ack.upTo + 1, hello.spool.first - 1);
    const body: Body<'welcome'> = {
      sessionId: randomUUID(),
      fence: session.fence,
      heartbeatMs: limits.heartbeatMs,
      ack: verdict.ack,
      desired,
      serverTime: new Date().toISOString(),
      ...(agent.state === 'pending' ? { waits: true } : {}),
    };
    const { capabilities } = hello.facts;
    return { kind: 'welcomed', agent, capabilities, session: { ...session, desired }, verdict, body };
  }

  /**
   * Notes what the host is now. An agent that can do more than before gets what was held back, one that can do less
   * loses it: @returns what it should have then; null when that is as before
   */
  private async takeFacts(
    { hostId, facts: known }: KnownAgent,
    facts: HostFacts,
  ): Promise<OpenedSession['desired'] | null> {
    // Nearly every hello: spares thousands of statements when all come back at once.
    if (isDeepStrictEqual(known, keptOf(facts))) return null;
    if (!(await this.sessions.recordFacts(hostId, facts))) return null;
    await this.database.transaction((tx) => this.desired.reassign(tx, { hostIds: [hostId] }));
    return this.sessions.desiredOf(hostId);
  }
}

/** The facts that are kept beside the name and the fingerprint. */
function keptOf({ os, timezone, agentVersion, scheduler, capabilities, codePage }: HostFacts): KnownAgent['facts'] {
  return { os, timezone, agentVersion, scheduler, capabilities, codePage: codePage ?? null };
}

function refusedCopyOf(name: string, hostname: string): Rejected {
  const message =
    `hello.agentId: an agent that is connected works as host ${JSON.stringify(name)} already; this one, on ${hostname}, ` +
    'looks like a copy of it (a cloned disk). Remove its folder (carillon-agent uninstall --remove-data) and enrol it as a host of its own';
  return rejected('quarantined', message.slice(0, 1_000), closeCodes.forbidden);
}

/** Host facts go into tables, names and logs: text without control characters (Postgres refuses U+0000). */
function unprintableFact(message: 'hello' | 'enroll', facts: HostFacts): Rejected | null {
  const bad = Object.entries(facts).find(([, value]) => [value].flat().some((text) => /\p{Cc}/u.test(String(text))));
  if (!bad) return null;
  return rejected(
    'bad_message',
    `${message}.facts.${bad[0]}: expected text without control characters`,
    closeCodes.badMessage,
  );
}

function refusedState(state: HostState): Rejected {
  const code = state === 'quarantined' ? 'quarantined' : 'revoked';
  return rejected(code, `hello.agentId: this host is ${state}`, closeCodes.forbidden);
}
