import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { HostStore } from '../../store/host.store.js';
import { InventoryStore } from '../../store/inventory.store.js';
import { InventoryService } from './inventory.service.js';

type Routes = typeof inventoryRoutes;

@Controller()
class InventoryController {
  constructor(@Inject(InventoryService) private readonly inventory: InventoryService) {}

  @Handles(inventoryRoutes.ofHost)
  ofHost(@Input() input: InputOf<Routes['ofHost']>) {
    return this.inventory.ofHost(input);
  }

  @Handles(inventoryRoutes.refresh)
  refresh(@Input() { name }: InputOf<Routes['refresh']>) {
    return this.inventory.refresh(name);
  }

  @Handles(inventoryRoutes.refreshAll)
  refreshAll(@Input() { body }: InputOf<Routes['refreshAll']>) {
    return this.inventory.refreshAll(body.hosts);
  }

  @Handles(inventoryRoutes.stale)
  stale(@Input() input: InputOf<Routes['stale']>) {
    return this.inventory.stale(input);
  }

  @Handles(inventoryRoutes.groups)
  groups(@Input() input: InputOf<Routes['groups']>) {
    return this.inventory.groups(input);
  }

  @Handles(inventoryRoutes.group)
  group(@Input() { id }: InputOf<Routes['group']>) {
    return this.inventory.group(id);
  }

  @Handles(inventoryRoutes.plan)
  plan(@Input() { body }: InputOf<Routes['plan']>) {
    return this.inventory.plan(body);
  }
}

@Module({ controllers: [InventoryController], providers: [InventoryService, InventoryStore, HostStore] })
export class InventoryModule {}
