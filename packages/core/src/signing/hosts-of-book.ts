import { canonicalJson, type Json } from '../desired/canonical-json.js';
import { isGoodRotation } from '../host/key-rotation.js';
import type { AcceptedRecord } from './book-entry.js';
import { type Refusal, refuse } from './refusal.js';

export interface AcceptedHost {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly publicKey: string;
  /** It was told to go: nothing but its leave is signed for it. */
  readonly isLeaving: boolean;
}

type Of<K extends AcceptedRecord['kind']> = Extract<AcceptedRecord, { kind: K }>;
type HostRecord = Of<'host' | 'labels' | 'host-key' | 'host-leaving' | 'host-gone' | 'token' | 'token-gone'>;
type Verdict = { readonly ok: true } | Refusal;

const good = { ok: true } as const;

/** The hosts that were accepted, and the tokens with which others may join: the part of the book that says who is there. */
export class HostsOfBook {
  private readonly hosts = new Map<string, AcceptedHost>();
  /** By name; they never come back. */
  private readonly gone = new Map<string, string>();
  private readonly tokens = new Map<string, Of<'token'> & { readonly used: number; readonly isGone: boolean }>();

  get standing(): ReadonlyMap<string, AcceptedHost> {
    return this.hosts;
  }

  /** A host for which something may be signed. */
  working(hostId: string): AcceptedHost | undefined {
    const host = this.hosts.get(hostId);
    return host?.isLeaving ? undefined : host;
  }

  refuseUnknown(hostId: string): Refusal {
    const name = this.gone.get(hostId) ?? this.hosts.get(hostId)?.name;
    return name === undefined
      ? refuse('unknown_host', `host ${hostId} was never accepted`)
      : refuse('unknown_host', `host ${name} was told to go, and is not let in again`);
  }

  judgeLeave(hostId: string): Verdict {
    if (this.gone.has(hostId) || this.hosts.get(hostId)?.isLeaving) return good;
    const host = this.hosts.get(hostId);
    return refuse('unknown_host', `host ${host?.name ?? hostId}: nobody asked that it goes`);
  }

  /** May this be accepted now? Records of other kinds are good as far as hosts are concerned. */
  judge(record: AcceptedRecord, atMs: number): Verdict {
    if (record.kind === 'host') return this.judgeHost(record, atMs);
    return record.kind === 'host-key' ? this.judgeKey(record) : good;
  }

  take(record: HostRecord): void {
    switch (record.kind) {
      case 'host': {
        const { hostId, name, labels, publicKey, token } = record;
        this.hosts.set(hostId, { name, labels, publicKey, isLeaving: false });
        const known = token === undefined ? undefined : this.tokens.get(token);
        if (known) this.tokens.set(known.hash, { ...known, used: known.used + 1 });
        break;
      }
      case 'labels':
        this.change(record.hostId, { labels: record.labels });
        break;
      case 'host-key':
        this.change(record.hostId, { publicKey: record.next });
        break;
      case 'host-leaving':
        this.change(record.hostId, { isLeaving: true });
        break;
      case 'host-gone':
        this.gone.set(record.hostId, this.hosts.get(record.hostId)?.name ?? record.hostId);
        this.hosts.delete(record.hostId);
        break;
      case 'token':
        this.tokens.set(record.hash, { ...record, used: 0, isGone: false });
        break;
      case 'token-gone': {
        const token = this.tokens.get(record.hash);
        if (token) this.tokens.set(record.hash, { ...token, isGone: true });
        break;
      }
    }
  }

  private change(hostId: string, changes: Partial<AcceptedHost>): void {
    const host = this.hosts.get(hostId);
    if (host) this.hosts.set(hostId, { ...host, ...changes });
  }

  /** A host comes once, by a token that somebody made or because somebody let it in. */
  private judgeHost({ hostId, name, labels, token, approvedBy }: Of<'host'>, atMs: number): Verdict {
    if (this.hosts.has(hostId) || this.gone.has(hostId))
      return refuse('unknown_host', `host ${name}: a host with this id was accepted before`);
    if (token === undefined)
      return approvedBy === undefined
        ? refuse('unknown_token', `host ${name} comes without a token, and nobody let it in`)
        : good;
    const known = this.tokens.get(token);
    if (!known || known.isGone) return refuse('unknown_token', `host ${name} comes with a token that nobody made`);
    if (known.needsApproval && approvedBy === undefined)
      return refuse('unknown_token', `host ${name}: with this token nobody joins unseen`);
    if (known.used >= known.uses || atMs >= known.expiresMs)
      return refuse('unknown_token', `host ${name} comes with a token that is used up or over`);
    return canonicalJson(known.labels as Json) === canonicalJson(labels as Json)
      ? good
      : refuse('unknown_token', `host ${name} comes with other labels than its token gives`);
  }

  /** Whoever has the database does not have the key that is to be replaced. */
  private judgeKey(record: Of<'host-key'>): Verdict {
    const host = this.hosts.get(record.hostId);
    if (!host) return this.refuseUnknown(record.hostId);
    if (host.publicKey !== record.publicKey || !isGoodRotation(record))
      return refuse('other_key', `host ${host.name}: its key does not say that another takes its place`);
    return good;
  }
}
