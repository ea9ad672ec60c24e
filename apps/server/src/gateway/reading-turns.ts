/** One that read now reads up to so much of its socket before anybody is asked again: few at a time. */
const socketsPerTurn = 8;

/**
 * In which order sockets read on while more waits to be stored than is good for memory: whoever waited longest first, a
 * few at a time. What their agents have sent meanwhile stays with the network, where it costs no objects: thousands of
 * agents that come back with full spools do not make the server hold a frame of each.
 */
export class ReadingTurns {
  private readonly waiting = new Set<() => void>();
  private scheduled = false;

  /** @param isCongested is more waiting to be stored, over all sockets, than is good for memory? */
  constructor(private readonly isCongested: () => boolean) {}

  get congested(): boolean {
    return this.isCongested();
  }

  /** @param readOn called once, when it is this socket's turn */
  wait(readOn: () => void): void {
    this.waiting.add(readOn);
  }

  waits(readOn: () => void): boolean {
    return this.waiting.has(readOn);
  }

  leave(readOn: () => void): void {
    this.waiting.delete(readOn);
  }

  /** Something was stored, or given up. */
  goOn(): void {
    if (this.scheduled || this.waiting.size === 0 || this.isCongested()) return;
    this.scheduled = true;
    // Behind what the sockets of this turn have lying ready.
    setImmediate(() => {
      this.scheduled = false;
      this.goOn();
    });
    let turns = socketsPerTurn;
    for (const readOn of this.waiting) {
      if (turns === 0) return;
      turns -= 1;
      this.waiting.delete(readOn);
      readOn();
    }
  }
}
