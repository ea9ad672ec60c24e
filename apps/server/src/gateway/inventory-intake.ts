import type { Body } from '@carillon/contract/agent/catalog';
import { Inject, Injectable } from '@nestjs/common';
import { InventoryIngestStore } from '../store/inventory-ingest.store.js';
import type { AgentLink } from './agent-link.js';

/** Takes what a host tells of its tasks, and asks for all of them when its changes do not fit. */
@Injectable()
export class InventoryIntake {
  constructor(@Inject(InventoryIngestStore) private readonly store: InventoryIngestStore) {}

  async take(link: AgentLink, body: Body<'inventory'>, re: string): Promise<void> {
    const outcome = await this.store.take({ hostId: link.hostId, fence: link.fence }, body);
    if (outcome === 'superseded') link.supersede();
    // Once per list, not once per page.
    else if (outcome === 'unfit' && body.page === body.pages) link.send('inventory.get', {}, re);
  }
}
