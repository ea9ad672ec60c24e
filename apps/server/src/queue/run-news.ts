import { limits } from '@carillon/contract/limits';
import { mostHostsOfChange } from '@carillon/core/live/changes';
import { Inject, Injectable } from '@nestjs/common';
import { HINTS, type Hints } from './hints.js';

/** Tells open dashboards, of this server and of others, on which hosts runs were stored. A lost word costs one poll. */
@Injectable()
export class RunNews {
  private hostIds = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(HINTS) private readonly hints: Hints) {}

  afterRuns(hostId: string): void {
    // One above what is named is enough to know that there are too many.
    if (this.hostIds.size <= mostHostsOfChange) this.hostIds.add(hostId);
    this.timer ??= setTimeout(() => this.tell(), limits.liveEveryMs).unref();
  }

  private tell(): void {
    const hostIds = this.hostIds.size > mostHostsOfChange ? [] : [...this.hostIds];
    this.hostIds = new Set();
    this.timer = undefined;
    this.hints.publish({ kind: 'runs', hostIds });
  }
}
