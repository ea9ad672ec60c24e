import type { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import type { Target } from '@carillon/core/host/target';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidField } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { HostPauseStore } from '../../store/host-pause.store.js';

type Routes = typeof pauseRoutes;
type Selection = Input<Routes['resume']>['body'];

/** Longer ones are a job or a host that should be taken away. */
const longestMs = 90 * 86_400_000;

/** Letting many hosts rest, and go on. */
@Injectable()
export class PausesService {
  constructor(
    @Inject(HostPauseStore) private readonly pauses: HostPauseStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async list({ cursor, limit, host }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.pauses.list(readCursor(cursor), limit + 1, host);
    return pageOfRows(
      rows,
      limit,
      (row) => row.host.toLowerCase(),
      ({ fromAt, untilAt, ...row }) => ({ ...row, from: fromAt.toISOString(), until: untilAt.toISOString() }),
    );
  }

  /** @throws ApiError for a time that is over or too far, and where no host is selected */
  async pause({ body }: Input<Routes['pause']>, by: string): Promise<Response<Routes['pause']>> {
    const { until, afterwards, reason, dryRun, ...selection } = body;
    const aheadMs = Date.parse(until) - Date.now();
    if (aheadMs <= 0 || aheadMs > longestMs) throw invalidField('until', 'a time in the next 90 days', until);
    const target = readSelection(selection);
    const { hosts, refused } = await this.pauses.pause(target, {
      until: new Date(until),
      afterwards,
      reason,
      by,
      dryRun,
    });
    if (hosts.length + refused.length === 0) throw nothingSelected();
    if (!dryRun) this.tell(hosts);
    return {
      until: new Date(until).toISOString(),
      hosts: hosts.map(({ name }) => name),
      refused: refused.map(({ name, why }) => ({ host: name, why })),
    };
  }

  async resume({ body }: Input<Routes['resume']>, by: string): Promise<Response<Routes['resume']>> {
    const hosts = await this.pauses.resume(readSelection(body), by);
    this.tell(hosts);
    return { hosts: hosts.map(({ name }) => name) };
  }

  private tell(hosts: readonly { id: string }[]): void {
    if (hosts.length > 0) this.hints.publish({ kind: 'desired', hostIds: hosts.map(({ id }) => id) });
  }
}

function readSelection({ hosts, group, labels, all }: Selection): Target {
  const target: Target = {
    ...(all ? { all } : {}),
    ...(hosts ? { hosts } : {}),
    ...(group === undefined ? {} : { groups: [group] }),
    ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
  };
  if (Object.keys(target).length === 0) throw invalidField('hosts', 'hosts, a group, labels, or all', undefined);
  return target;
}

function nothingSelected(): ApiError {
  return new ApiError('not_found', 'no active host is selected: nothing was paused', { kind: 'host', name: '' });
}
