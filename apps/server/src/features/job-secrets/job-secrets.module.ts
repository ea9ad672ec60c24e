import { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { AlertingModule } from '../../alerting/alerting.module.js';
import { type Caller, CallerOf } from '../../http/caller.js';
import { Handles, Input } from '../../http/handles.js';
import { JobSecretsService } from './job-secrets.service.js';

type Routes = typeof jobSecretRoutes;

@Controller()
class JobSecretsController {
  constructor(@Inject(JobSecretsService) private readonly secrets: JobSecretsService) {}

  @Handles(jobSecretRoutes.list)
  list(@Input() input: InputOf<Routes['list']>) {
    return this.secrets.list(input);
  }

  @Handles(jobSecretRoutes.get)
  get(@Input() { purpose, name }: InputOf<Routes['get']>) {
    return this.secrets.get(purpose, name);
  }

  @Handles(jobSecretRoutes.hosts)
  hosts(@Input() input: InputOf<Routes['hosts']>) {
    return this.secrets.hosts(input);
  }

  @Handles(jobSecretRoutes.set)
  set(@Input() { body }: InputOf<Routes['set']>, @CallerOf() caller: Caller) {
    return this.secrets.set(body, caller.name);
  }

  @Handles(jobSecretRoutes.remove)
  remove(@Input() { purpose, name }: InputOf<Routes['remove']>) {
    return this.secrets.remove(purpose, name);
  }
}

@Module({ imports: [AlertingModule], controllers: [JobSecretsController], providers: [JobSecretsService] })
export class JobSecretsModule {}
