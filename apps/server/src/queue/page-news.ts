import { limits } from '@carillon/contract/limits';
import { mostHostsOfChange } from '@carillon/core/live/changes';
import { Inject, Injectable } from '@nestjs/common';
import { HINTS, type Hint, type Hints } from './hints.js';

/** Tells open dashboards, of this server and of others, what hosts have told. A lost word costs one poll. */
@Injectable()
export class PageNews {
  private readonly runs: Gathered;
  private readonly reports: Gathered;

  constructor(@Inject(HINTS) hints: Hints) {
    this.runs = new Gathered('runs', hints);
    this.reports = new Gathered('reported', hints);
  }

  /** Runs of a host were stored. */
  afterRuns(hostId: string): void {
    this.runs.add(hostId);
  }

  /** What a host says of its assignments was stored: applied, drifted, rejected. */
  afterReport(hostId: string): void {
    this.reports.add(hostId);
  }
}

/** Hosts of which there is news of one kind, told together. */
class Gathered {
  private hostIds = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly kind: Hint['kind'],
    private readonly hints: Hints,
  ) {}

  add(hostId: string): void {
    // One above what is named is enough to know that there are too many.
    if (this.hostIds.size <= mostHostsOfChange) this.hostIds.add(hostId);
    this.timer ??= setTimeout(() => this.tell(), limits.liveEveryMs).unref();
  }

  private tell(): void {
    const hostIds = this.hostIds.size > mostHostsOfChange ? [] : [...this.hostIds];
    this.hostIds = new Set();
    this.timer = undefined;
    this.hints.publish({ kind: this.kind, hostIds });
  }
}
