import type { Reason } from '../alert/reason.js';

/** What the centre knows when an agent process comes with a host's identity. */
export interface IdentityClaim {
  /** The process: made anew at each start of an agent, so two processes never have the same. */
  readonly instance: string;
  readonly fingerprint: string;
  /**
   * What became of this very process before. `replaced`: another one took over from it. `barred`: somebody said that it, or its
   * machine, is not the host.
   */
  readonly seen: 'never' | 'current' | 'replaced' | 'quarantined' | 'barred';
  /** The process that has the session, or had it last. */
  readonly current: {
    readonly instance: string;
    readonly fingerprint: string;
    /** It holds a connection and was heard within the time after which a host counts as offline. */
    readonly isAlive: boolean;
  } | null;
}

export type IdentityVerdict =
  | { readonly accept: true; readonly reason: 'first' | 'same' | 'restarted' | 'moved' }
  /** This process was here before the current one, and both are alive: the current one is the copy. */
  | { readonly accept: true; readonly reason: 'returned'; readonly quarantines: string }
  /** A copy of a host that is alive: of another machine, or found out before. */
  | { readonly accept: false; readonly reason: 'other_machine' | 'quarantined' | 'barred' };

/**
 * Tells a host that restarts, reconnects or moves from a copy of it. Who was here first keeps the identity as long as it
 * is alive; where the first is gone for good, its copy is a host that moved.
 */
export function judgeIdentity({ instance, fingerprint, seen, current }: IdentityClaim): IdentityVerdict {
  if (seen === 'barred') return { accept: false, reason: 'barred' };
  if (current === null) return { accept: true, reason: 'first' };
  if (current.instance === instance) return { accept: true, reason: 'same' };
  if (!current.isAlive) return { accept: true, reason: current.fingerprint === fingerprint ? 'restarted' : 'moved' };
  if (seen === 'quarantined') return { accept: false, reason: 'quarantined' };
  if (current.fingerprint !== fingerprint) return { accept: false, reason: 'other_machine' };
  if (seen === 'replaced') return { accept: true, reason: 'returned', quarantines: current.instance };
  // Its connection may be dead without our knowing: a host that lost its power and is up again.
  return { accept: true, reason: 'restarted' };
}

/** One of two that came with the identity of a host. */
export interface ClaimingMachine {
  /** As it calls itself. */
  readonly hostname: string;
  /** Null: not known. */
  readonly address: string | null;
  readonly firstSeenMs: number;
}

/** The part of ours that an incident about copies of a host is about. */
export const copyPart = (host: string): string => `copy:${host}`;

/** What people are told when a copy of a host was found out: which two they are to choose from. */
export function copyReason(host: string, works: ClaimingMachine | null, shutOut: ClaimingMachine): Reason {
  const who = works ? `${describe(works)} works as it` : 'none works as it';
  const text = `two agents came as host ${host}: ${who}, ${describe(shutOut)} is shut out. Say which one is the host`;
  return { code: 'host_copied', text };
}

/** @param kept as it calls itself; null: the host was taken out */
export function copyDecidedReason(host: string, kept: string | null): Reason {
  const text = kept === null ? `host ${host} was taken out` : `somebody said that ${kept} is host ${host}`;
  return { code: 'host_copy_decided', text };
}

function describe({ hostname, address, firstSeenMs }: ClaimingMachine): string {
  return `${hostname} (${address ?? 'address not known'}, first seen ${new Date(firstSeenMs).toISOString()})`;
}
