interface SpoolPoint {
  readonly epoch: number;
  readonly first: number;
  readonly next: number;
  /** First number that the agent can still send; older agents delete what is acked and do not say. */
  readonly kept?: number | undefined;
}

export interface SpoolVerdict {
  /** What the welcome calls committed. */
  readonly ack: { readonly epoch: number; readonly upTo: number };
  /** The agent must renumber what it has not been acked for. */
  readonly renew: { readonly epoch: number; readonly next: number } | null;
}

/**
 * Compares the spool an agent comes with and what is committed. The welcome confirms only what the agent itself knows
 * to be acked: if its disk is a restored copy, the numbers between that and our end may stand for other events, which
 * it must send to find out. Sending a few committed events again costs little. Less than that is confirmed when our end
 * is lower and the agent kept what lies between: this database was restored from a backup.
 */
export function judgeSpool(session: { epoch: number; ackedSeq: number }, spool: SpoolPoint): SpoolVerdict {
  const isShort = spool.kept !== undefined && session.epoch === spool.epoch && session.ackedSeq < spool.first - 1;
  const ack = { epoch: spool.epoch, upTo: isShort ? session.ackedSeq : spool.first - 1 };
  const wentBack = spool.epoch < session.epoch || (spool.epoch === session.epoch && spool.next - 1 < session.ackedSeq);
  return { ack, renew: wentBack ? { epoch: spool.epoch, next: session.epoch + 1 } : null };
}
