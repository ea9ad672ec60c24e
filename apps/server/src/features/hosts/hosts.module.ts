import { Module } from '@nestjs/common';
import { AssignmentStore } from '../../store/assignment.store.js';
import { HostStore } from '../../store/host.store.js';
import { HostLoadStore } from '../../store/host-load.store.js';
import { SpoolLossStore } from '../../store/spool-loss.store.js';
import { TaskChangeStore } from '../../store/task-change.store.js';
import { HostsController } from './hosts.controller.js';
import { HostsService } from './hosts.service.js';

@Module({
  controllers: [HostsController],
  providers: [HostsService, HostStore, AssignmentStore, TaskChangeStore, SpoolLossStore, HostLoadStore],
})
export class HostsModule {}
