import type { Input as InputOf } from '@carillon/contract/http/route';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import { AlertingModule } from '../../alerting/alerting.module.js';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { SubscriptionsService } from './subscriptions.service.js';

type Routes = typeof subscriptionRoutes;

@Controller()
class SubscriptionsController {
  constructor(@Inject(SubscriptionsService) private readonly subscriptions: SubscriptionsService) {}

  @Handles(subscriptionRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.subscriptions.list(input);
  }

  @Handles(subscriptionRoutes.get)
  get(@Input() { id }: InputOf<Routes['get']>) {
    return this.subscriptions.get(id);
  }

  @Handles(subscriptionRoutes.create)
  create(@Input() { body }: InputOf<Routes['create']>, @CallerOf() caller: Caller) {
    return this.subscriptions.create(body, caller.name);
  }

  @Handles(subscriptionRoutes.change)
  change(@Input() { id, body }: InputOf<Routes['change']>) {
    return this.subscriptions.change(id, body);
  }

  @Handles(subscriptionRoutes.remove)
  remove(@Input() { id }: InputOf<Routes['remove']>) {
    return this.subscriptions.remove(id);
  }

  @Handles(subscriptionRoutes.test)
  test(@Input() { id }: InputOf<Routes['test']>, @CallerOf() caller: Caller) {
    return this.subscriptions.test(id, caller.name);
  }

  @Handles(subscriptionRoutes.deliveries)
  deliveries(@Input() input: InputOf<Routes['deliveries']>) {
    return this.subscriptions.deliveries(input);
  }

  @Handles(subscriptionRoutes.delivery)
  delivery(@Input() input: InputOf<Routes['delivery']>) {
    return this.subscriptions.delivery(input);
  }

  @Handles(subscriptionRoutes.replay)
  replay(@Input() { id, body }: InputOf<Routes['replay']>) {
    return this.subscriptions.replay(id, body);
  }
}

@Module({ imports: [AlertingModule], controllers: [SubscriptionsController], providers: [SubscriptionsService] })
export class SubscriptionsModule {}
