import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { Handles, Input } from '../../http/handles.js';
import { HostGroupStore } from '../../store/host-group.store.js';

/** Groups are made by `apply`; here they are only shown, so the controller reads its one store itself. */
@Controller()
class GroupsController {
  constructor(@Inject(HostGroupStore) private readonly groups: HostGroupStore) {}

  @Handles(hostRoutes.groups)
  async list(@Input() { cursor, limit }: InputOf<typeof hostRoutes.groups>) {
    const rows = await this.groups.list(readCursor(cursor), limit + 1);
    return pageOfRows(
      rows,
      limit,
      (row) => row.nameKey,
      ({ nameKey: _, ...group }) => group,
    );
  }
}

@Module({ controllers: [GroupsController], providers: [HostGroupStore] })
export class GroupsModule {}
