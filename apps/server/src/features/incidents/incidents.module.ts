import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { AlertingModule } from '../../alerting/alerting.module.js';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { AlertListStore } from '../../store/alert-list.store.js';
import { IncidentListStore } from '../../store/incident-list.store.js';
import { TicketLinkStore } from '../../store/ticket-link.store.js';
import { IncidentsService } from './incidents.service.js';

type Routes = typeof incidentRoutes;

@Controller()
class IncidentsController {
  constructor(@Inject(IncidentsService) private readonly incidents: IncidentsService) {}

  @Handles(incidentRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.incidents.list(input);
  }

  @Handles(incidentRoutes.counts)
  counts() {
    return this.incidents.counts();
  }

  @Handles(incidentRoutes.get)
  get(@Input() input: InputOf<Routes['get']>) {
    return this.incidents.get(input);
  }

  @Handles(incidentRoutes.log)
  log(@Input() input: InputOf<Routes['log']>) {
    return this.incidents.log(input);
  }

  @Handles(incidentRoutes.acknowledge)
  acknowledge(@Input() { number, body }: InputOf<Routes['acknowledge']>, @CallerOf() caller: Caller) {
    return this.incidents.act(number, { kind: 'acknowledge', ...body }, caller.name);
  }

  @Handles(incidentRoutes.unacknowledge)
  unacknowledge(@Input() { number, body }: InputOf<Routes['unacknowledge']>, @CallerOf() caller: Caller) {
    return this.incidents.act(number, { kind: 'unacknowledge', ...body }, caller.name);
  }

  @Handles(incidentRoutes.assign)
  assign(@Input() { number, body }: InputOf<Routes['assign']>, @CallerOf() caller: Caller) {
    return this.incidents.act(number, { kind: 'assign', ...body }, caller.name);
  }

  @Handles(incidentRoutes.note)
  note(@Input() { number, body }: InputOf<Routes['note']>, @CallerOf() caller: Caller) {
    return this.incidents.act(number, { kind: 'note', note: body.text }, caller.name);
  }

  @Handles(incidentRoutes.resolve)
  resolve(@Input() { number, body }: InputOf<Routes['resolve']>, @CallerOf() caller: Caller) {
    return this.incidents.act(number, { kind: 'resolve', ...body }, caller.name);
  }

  @Handles(incidentRoutes.alerts)
  alerts(@Input() input: InputOf<Routes['alerts']>) {
    return this.incidents.alerts(input);
  }
}

@Module({
  imports: [AlertingModule],
  controllers: [IncidentsController],
  providers: [IncidentsService, IncidentListStore, AlertListStore, TicketLinkStore],
})
export class IncidentsModule {}
