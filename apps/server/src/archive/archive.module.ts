import { Module } from '@nestjs/common';
import { ArchiveStateStore } from '../store/archive-state.store.js';
import { ArchivedOutputStore } from '../store/archived-output.store.js';
import { RunOutputStore } from '../store/run-output.store.js';
import { ArchiveMover } from './archive-mover.js';
import { ArchivedOutputs } from './archived-outputs.js';

/** Moves the output of runs to the archive. Needs the global modules of configuration, shared things and queues. */
@Module({ providers: [ArchivedOutputStore, ArchiveStateStore, RunOutputStore, ArchivedOutputs, ArchiveMover] })
export class ArchiveModule {}
