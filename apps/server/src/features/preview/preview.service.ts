import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { unknownCalendarsOf, withDays } from '@carillon/core/calendar/named-days';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { readDocument } from '@carillon/core/document/read-document';
import { freezeOf } from '@carillon/core/freeze/freeze';
import type { FreezeSpec } from '@carillon/core/freeze/freeze.schema';
import { matchesTarget, type TargetHost } from '@carillon/core/host/target';
import { asJson, type JobSpec, makeManifest } from '@carillon/core/job/job-spec';
import { accountsOf, hostsChanged } from '@carillon/core/plan/plan';
import { makeProblem } from '@carillon/core/problem';
import { previewRings } from '@carillon/core/rollout/preview-rings';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput } from '../../http/api-error.js';
import { previewFires, previewTask } from '../../shared/task-preview.js';
import { zonesOf } from '../../shared/zones.js';
import { AssignmentStore } from '../../store/assignment.store.js';
import { JobStore } from '../../store/job.store.js';
import { TargetStore } from '../../store/target.store.js';
import { overlapsOf } from './compare.js';

type Route = typeof jobRoutes.preview;

/** Stands for the id a job gets when it is stored. */
const noId = '00000000-0000-7000-8000-000000000000';

/** A preview is asked for while somebody types: of a large fleet, so much is looked at. */
const comparedHosts = 500;
const comparedJobs = 200;

/** What a document would do. Nothing is stored. */
@Injectable()
export class PreviewService {
  constructor(
    @Inject(TargetStore) private readonly targets: TargetStore,
    @Inject(JobStore) private readonly jobs: JobStore,
    @Inject(AssignmentStore) private readonly assignments: AssignmentStore,
  ) {}

  async preview({ document: raw, timezone, count, includeXml }: Input<Route>['body']): Promise<Response<Route>> {
    const document = readDocument(raw);
    if (!document.ok) throw invalidInput(document.problems.map((problem) => ({ ...problem, document: 0 })));
    if (document.value.kind !== 'Job')
      throw invalidInput([makeProblem('kind', 'wrong_value', 'Job', document.value.kind)]);
    if (timezone !== undefined && !isTimeZone(timezone)) {
      throw invalidInput([makeProblem('timezone', 'wrong_value', 'an IANA time zone such as Asia/Shanghai', timezone)]);
    }
    const calendars = await this.targets.calendars();
    const unknown = unknownCalendarsOf(document.value.spec, calendars);
    if (unknown.length > 0) throw invalidInput(unknown.map((problem) => ({ ...problem, document: 0 })));
    const spec = withDays(document.value.spec, calendars);
    const { hosts, groups } = await this.targets.everything();
    const matching = hosts.filter((host) => matchesTarget(spec.targets, host, groups));
    const hostTimezone = timezone ?? matching.map((host) => host.timezone).find(isTimeZone) ?? 'UTC';
    const nowMs = Date.now();
    const manifest = makeManifest(noId, 1, spec);
    const task = previewTask(manifest, hostTimezone);
    const firesIn = (zone: string) =>
      spec.enabled ? previewFires(spec.schedule, { nowMs, count, hostTimezone: zone }) : [];
    const nextFires = firesIn(hostTimezone);
    const stored = await this.jobs.byName(spec.name);
    const had = new Set(stored ? await this.assignments.hostsOf(stored.id) : []);
    const concerned = hosts.filter((host) => had.has(host.name) || matching.includes(host));
    const isNews = !stored || canonicalJson(asJson(stored.spec)) !== canonicalJson(asJson(spec));
    return {
      task: includeXml === false ? { ...task, xml: '' } : task,
      nextFires,
      hosts: matching.map((host) => host.name),
      stored: stored && { version: stored.version, ...hostsChanged([...had], matching.map(nameOf)) },
      zones: zonesOf(matching).map(({ zone, hosts: count }) => {
        const { exactness, reasons } = previewTask(manifest, zone);
        return { hostTimezone: zone, hosts: count, exactness, reasons, nextFires: firesIn(zone) };
      }),
      accounts: accountsOf(spec, matching),
      overlaps: overlapsOf(nextFires, await this.neighbours(spec, matching), { nowMs, hostTimezone }),
      rollout: isNews ? rolloutOf(spec, (stored?.version ?? 0) + 1, concerned, matching) : null,
      frozen: isNews ? frozenBy(await this.targets.freezes(), spec, concerned, nowMs) : null,
    };
  }

  private neighbours(spec: JobSpec, matching: readonly TargetHost[]) {
    return this.assignments.otherJobs({
      hosts: matching.slice(0, comparedHosts).map(({ name }) => name),
      except: spec.name,
      limit: comparedJobs,
    });
  }
}

type ConcernedHost = TargetHost & { readonly id: string };

const nameOf = ({ name }: TargetHost) => name;

function rolloutOf(
  spec: JobSpec,
  version: number,
  concerned: readonly ConcernedHost[],
  selected: readonly ConcernedHost[],
): Response<Route>['rollout'] {
  const rings = previewRings(spec.rollout, { job: spec.name, version }, concerned, selected);
  if (!spec.rollout || rings.length === 0) return null;
  return {
    rings: rings.map(({ ring, hosts }) => ({ ring, count: hosts.length, hosts: hosts.slice(0, limits.planHosts) })),
    soakMs: spec.rollout.soakMs,
  };
}

function frozenBy(
  freezes: readonly FreezeSpec[],
  { name }: JobSpec,
  hosts: readonly ConcernedHost[],
  nowMs: number,
): Response<Route>['frozen'] {
  const by = freezeOf(freezes, { name, hosts }, nowMs);
  return by && { freeze: by.name, reason: by.reason, until: new Date(by.untilMs).toISOString() };
}
