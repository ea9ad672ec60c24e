import { StateLog } from '../queue/state-log.js';
import type { AgentLink } from './agent-link.js';
import type { SocketRegistry } from './socket-registry.js';

const linksPerQuery = 1_000;

/**
 * Work on sockets that a hint or the poll asks for: one query for all hinted hosts, never two at once. What is asked
 * for while a query runs is looked at after it.
 */
export class HintedWork {
  private hinted = new Set<string>();
  private everything = false;
  private running: Promise<void> | undefined;
  private stopped = false;
  private readonly state: StateLog;

  constructor(
    name: string,
    private readonly registry: SocketRegistry,
    private readonly work: (links: readonly AgentLink[]) => Promise<void>,
  ) {
    this.state = new StateLog(name);
  }

  hint(hostIds: readonly string[]): void {
    for (const hostId of hostIds) if (this.registry.get(hostId)) this.hinted.add(hostId);
    this.begin();
  }

  poll(): void {
    this.everything = true;
    this.begin();
  }

  /** Looks at nothing new from now on. */
  stop(): void {
    this.stopped = true;
  }

  /** Resolves when nothing is running. */
  async idle(): Promise<void> {
    await this.running;
  }

  private begin(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      // Asked for after the last look, before this line.
      if (this.everything || this.hinted.size > 0) this.begin();
    });
  }

  private async run(): Promise<void> {
    for (let links = this.take(); links.length > 0; links = this.take()) {
      try {
        for (let at = 0; at < links.length; at += linksPerQuery) await this.work(links.slice(at, at + linksPerQuery));
        this.state.works();
      } catch (error) {
        // The next poll looks at everything again.
        this.state.fails(error);
      }
    }
  }

  private take(): AgentLink[] {
    if (this.stopped) this.everything = false;
    if (this.stopped) this.hinted = new Set();
    const links = this.everything
      ? this.registry.all()
      : [...this.hinted].map((hostId) => this.registry.get(hostId)).filter((link) => link !== undefined);
    this.hinted = new Set();
    this.everything = false;
    return links.filter((link) => link.open);
  }
}
