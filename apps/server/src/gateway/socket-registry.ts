import { Injectable } from '@nestjs/common';
import type { AgentLink } from './agent-link.js';

/** The authenticated sockets of this process, one per host. */
@Injectable()
export class SocketRegistry {
  private readonly byHost = new Map<string, AgentLink>();
  /** Of hosts that nobody has let in yet: nothing that is for hosts finds them. */
  private readonly outside = new Map<string, AgentLink>();

  get size(): number {
    return this.byHost.size;
  }

  get(hostId: string): AgentLink | undefined {
    return this.byHost.get(hostId);
  }

  all(): AgentLink[] {
    return [...this.byHost.values()];
  }

  waiting(): AgentLink[] {
    return [...this.outside.values()];
  }

  /** Puts a socket in its host's place; of two, the one with the lower fence goes, whichever came here first. */
  add(link: AgentLink): void {
    const map = link.state === 'pending' ? this.outside : this.byHost;
    const other = map.get(link.hostId);
    if (other && other.fence > link.fence) {
      link.supersede();
      return;
    }
    map.set(link.hostId, link);
    other?.supersede();
  }

  remove(link: AgentLink): void {
    for (const map of [this.byHost, this.outside]) if (map.get(link.hostId) === link) map.delete(link.hostId);
  }
}
