import { incidentLinkRoutes } from '@carillon/contract/http/incident-links.routes';
import type { Input as InputOf, Response } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { AlertingModule } from '../../alerting/alerting.module.js';
import { IncidentLinks, type LinkOutcome } from '../../alerting/incident-links.js';
import { ApiError, notFound } from '../../http/api-error.js';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { incidentLinkView } from '../../shared/incident-view.js';

type Routes = typeof incidentLinkRoutes;

@Controller()
class IncidentLinksController {
  constructor(@Inject(IncidentLinks) private readonly links: IncidentLinks) {}

  @Handles(incidentLinkRoutes.add)
  async add(@Input() { number, body }: InputOf<Routes['add']>, @CallerOf() caller: Caller) {
    return linkOf(await this.links.add(number, body, caller.name), number);
  }

  @Handles(incidentLinkRoutes.change)
  async change(@Input() { number, id, body }: InputOf<Routes['change']>, @CallerOf() caller: Caller) {
    return linkOf(await this.links.tell(number, id, body, caller.name), number, id);
  }

  @Handles(incidentLinkRoutes.remove)
  async remove(@Input() { number, id }: InputOf<Routes['remove']>, @CallerOf() caller: Caller) {
    return { id: linkOf(await this.links.remove(number, id, caller.name), number, id).id };
  }
}

/** @throws ApiError where there is no link to answer with */
function linkOf(outcome: LinkOutcome, number: number, id = ''): Response<Routes['add']> {
  switch (outcome.kind) {
    case 'done':
      return incidentLinkView(outcome.link);
    case 'no_incident':
      throw notFound('incident', String(number));
    case 'no_link':
      throw notFound('link', id);
    case 'too_many':
      throw new ApiError('conflict', `incident ${number}: expected at most ${outcome.most} links`, {
        code: 'too_many_links',
      });
  }
}

@Module({ imports: [AlertingModule], controllers: [IncidentLinksController] })
export class IncidentLinksModule {}
