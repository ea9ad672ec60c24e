import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { matchesTarget } from '@carillon/core/host/target';
import { readDocument } from '@carillon/core/job/job-file';
import { makeManifest } from '@carillon/core/job/job-spec';
import { makeProblem } from '@carillon/core/problem';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput } from '../../http/api-error.js';
import { previewFires, previewTask } from '../../shared/task-preview.js';
import { TargetStore } from '../../store/target.store.js';

type Route = typeof jobRoutes.preview;

/** Stands for the id a job gets when it is stored. */
const noId = '00000000-0000-7000-8000-000000000000';

/** What a document would do. Nothing is stored. */
@Injectable()
export class PreviewService {
  constructor(@Inject(TargetStore) private readonly targets: TargetStore) {}

  async preview({ document: raw, timezone, count, includeXml }: Input<Route>['body']): Promise<Response<Route>> {
    const document = readDocument(raw);
    if (!document.ok) throw invalidInput(document.problems.map((problem) => ({ ...problem, document: 0 })));
    if (document.value.kind !== 'Job')
      throw invalidInput([makeProblem('kind', 'wrong_value', 'Job', document.value.kind)]);
    if (timezone !== undefined && !isTimeZone(timezone)) {
      throw invalidInput([makeProblem('timezone', 'wrong_value', 'an IANA time zone such as Asia/Shanghai', timezone)]);
    }
    const { spec } = document.value;
    const { hosts, groups } = await this.targets.everything();
    const matching = hosts.filter((host) => matchesTarget(spec.targets, host, groups));
    const hostTimezone = timezone ?? matching.map((host) => host.timezone).find(isTimeZone) ?? 'UTC';
    const task = previewTask(makeManifest(noId, 1, spec), hostTimezone);
    return {
      task: includeXml === false ? { ...task, xml: '' } : task,
      nextFires: spec.enabled ? previewFires(spec.schedule, { nowMs: Date.now(), count, hostTimezone }) : [],
      hosts: matching.map((host) => host.name),
    };
  }
}
