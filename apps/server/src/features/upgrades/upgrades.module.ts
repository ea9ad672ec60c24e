import type { Input as InputOf } from '@carillon/contract/http/route';
import { upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { Controller, Inject, Module } from '@nestjs/common';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { TargetStore } from '../../store/target.store.js';
import { UpgradeStore } from '../../store/upgrade.store.js';
import { UpgradesService } from './upgrades.service.js';

type Routes = typeof upgradeRoutes;

@Controller()
class UpgradesController {
  constructor(@Inject(UpgradesService) private readonly upgrades: UpgradesService) {}

  @Handles(upgradeRoutes.publish)
  publish(@Input() { body }: InputOf<Routes['publish']>, @CallerOf() caller: Caller) {
    return this.upgrades.publish(body, caller.name);
  }

  @Handles(upgradeRoutes.part)
  part(@Input() input: InputOf<Routes['part']>) {
    return this.upgrades.part(input);
  }

  @Handles(upgradeRoutes.releases)
  releases(@Input() input: InputOf<Routes['releases']>) {
    return this.upgrades.releases(input);
  }

  @Handles(upgradeRoutes.setRing)
  setRing(@Input() { body }: InputOf<Routes['setRing']>, @CallerOf() caller: Caller) {
    return this.upgrades.setRing(body, caller.name);
  }

  @Handles(upgradeRoutes.rings)
  rings(@Input() input: InputOf<Routes['rings']>) {
    return this.upgrades.rings(input);
  }

  @Handles(upgradeRoutes.stop)
  stop(@Input() { version }: InputOf<Routes['stop']>) {
    return this.upgrades.stop(version);
  }

  @Handles(upgradeRoutes.hosts)
  hosts(@Input() input: InputOf<Routes['hosts']>) {
    return this.upgrades.hosts(input);
  }
}

@Module({ controllers: [UpgradesController], providers: [UpgradesService, UpgradeStore, TargetStore] })
export class UpgradesModule {}
