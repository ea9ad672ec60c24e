import { Injectable } from '@nestjs/common';
import type { AgentLink } from './agent-link.js';

/** The authenticated sockets of this process, one per host. */
@Injectable()
export class SocketRegistry {
  private readonly byHost = new Map<string, AgentLink>();

  get size(): number {
    return this.byHost.size;
  }

  get(hostId: string): AgentLink | undefined {
    return this.byHost.get(hostId);
  }

  all(): AgentLink[] {
    return [...this.byHost.values()];
  }

  /** Puts a socket in its host's place; of two, the one with the lower fence goes, whichever came here first. */
  add(link: AgentLink): void {
    const other = this.byHost.get(link.hostId);
    if (other && other.fence > link.fence) {
      link.supersede();
      return;
    }
    this.byHost.set(link.hostId, link);
    other?.supersede();
  }

  remove(link: AgentLink): void {
    if (this.byHost.get(link.hostId) === link) this.byHost.delete(link.hostId);
  }
}
