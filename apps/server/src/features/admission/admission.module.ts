import { admissionRoutes } from '@carillon/contract/http/admission.routes';
import type { Input as InputOf } from '@carillon/contract/http/route';
import { Controller, Inject, Module } from '@nestjs/common';
import { Handles, Input } from '../../http/handles.js';
import { AdmissionStore } from '../../store/admission.store.js';
import { CopyStore } from '../../store/copy.store.js';
import { AdmissionService } from './admission.service.js';

type Routes = typeof admissionRoutes;

@Controller()
class AdmissionController {
  constructor(@Inject(AdmissionService) private readonly admissions: AdmissionService) {}

  @Handles(admissionRoutes.identity)
  identity(@Input() { name }: InputOf<Routes['identity']>) {
    return this.admissions.identity(name);
  }

  @Handles(admissionRoutes.approve)
  approve(@Input() input: InputOf<Routes['approve']>) {
    return this.admissions.approve(input);
  }

  @Handles(admissionRoutes.refuse)
  refuse(@Input() { name }: InputOf<Routes['refuse']>) {
    return this.admissions.refuse(name);
  }

  @Handles(admissionRoutes.rotateKey)
  rotateKey(@Input() { name }: InputOf<Routes['rotateKey']>) {
    return this.admissions.rotateKey(name);
  }

  @Handles(admissionRoutes.keepCopy)
  keepCopy(@Input() input: InputOf<Routes['keepCopy']>) {
    return this.admissions.keepCopy(input);
  }

  @Handles(admissionRoutes.decommission)
  decommission(@Input() input: InputOf<Routes['decommission']>) {
    return this.admissions.decommission(input);
  }
}

@Module({ controllers: [AdmissionController], providers: [AdmissionService, AdmissionStore, CopyStore] })
export class AdmissionModule {}
