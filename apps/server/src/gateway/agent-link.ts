import type { Body, ServerMessage } from '@carillon/contract/agent/catalog';
import type { HostState } from '@carillon/core/state/states';
import type { FenceClaim } from '../store/fence.js';
import type { SeenHost } from '../store/session.store.js';

/** What the rest of the gateway sees of one authenticated socket. */
export interface AgentLink extends FenceClaim {
  readonly name: string;
  /** As it was when the session opened, or was said to be since. */
  state: HostState;
  /** With which it signed in. */
  readonly publicKey: string;
  /** What the agent says it can do. */
  readonly capabilities: readonly string[];
  /** Newest desired point the agent was told of. */
  told: { rev: number; hash: string };
  /** From the last heartbeat that is not written down yet. */
  heard: { observedHash: string; spoolWaiting: number; disk: SeenHost['disk']; load: SeenHost['load'] } | null;
  /** How far the host's clock is ahead of ours, by the last message that told. */
  readonly clockAheadMs: number | null;
  /** When the last frame or ping came. */
  readonly lastFrameMs: number;
  readonly open: boolean;
  send<N extends ServerMessage>(name: N, body: Body<N>, re?: string): void;
  close(code: number, reason: string): void;
  /** Cuts the connection of an agent that has not read for too long. */
  checkOutbound(nowMs: number): void;
  /** Asks the agent to come back after so long. */
  sendAway(reconnectInMs: number): void;
  /** Another session of the host took over. */
  supersede(): void;
  /** Says why in a `reject`, then closes. */
  refuse(body: Body<'reject'>, code: number): void;
}
