import { channelRoutes } from '@carillon/contract/http/channels.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { AlertingModule } from '../../alerting/alerting.module.js';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { ChannelListStore } from '../../store/channel-list.store.js';
import { ChannelsService } from './channels.service.js';

type Routes = typeof channelRoutes;

@Controller()
class ChannelsController {
  constructor(@Inject(ChannelsService) private readonly channels: ChannelsService) {}

  @Handles(channelRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.channels.list(input);
  }

  @Handles(channelRoutes.test)
  test(@Input() { name, create }: InputOf<Routes['test']>, @CallerOf() caller: Caller) {
    return this.channels.test(name, caller.name, create ?? false);
  }

  @Handles(channelRoutes.deliveries)
  deliveries(@Input() input: InputOf<Routes['deliveries']>) {
    return this.channels.deliveries(input);
  }

  @Handles(channelRoutes.delivery)
  delivery(@Input() { id }: InputOf<Routes['delivery']>) {
    return this.channels.get(id);
  }

  @Handles(channelRoutes.replay)
  replay(@Input() { body }: InputOf<Routes['replay']>, @CallerOf() caller: Caller) {
    return this.channels.replay(body, caller.name);
  }

  @Handles(channelRoutes.secrets)
  secrets(@Input() input: InputOf<Routes['secrets']>) {
    return this.channels.secrets(input);
  }

  @Handles(channelRoutes.setSecret)
  setSecret(@Input() { body }: InputOf<Routes['setSecret']>, @CallerOf() caller: Caller) {
    return this.channels.setSecret(body, caller.name);
  }

  @Handles(channelRoutes.removeSecret)
  removeSecret(@Input() { name }: InputOf<Routes['removeSecret']>) {
    return this.channels.removeSecret(name);
  }
}

@Module({
  imports: [AlertingModule],
  controllers: [ChannelsController],
  providers: [ChannelsService, ChannelListStore],
})
export class ChannelsModule {}
