import { leaveCapability } from '@carillon/contract/agent/host-key-messages';
import { Inject, Injectable } from '@nestjs/common';
import { isRefusal } from '../shared/signing/signer-requests.js';
import { AcceptedStore } from '../store/accepted.store.js';
import { AdmissionStore } from '../store/admission.store.js';
import { SigningAlarmStore } from '../store/signing-alarm.store.js';
import type { AgentLink } from './agent-link.js';
import { closeCodes } from './close-codes.js';
import type { Rejected } from './rejected.js';

/** Tells hosts to go, by what the signer signs and nothing else; and notes when they are gone. */
@Injectable()
export class Leaving {
  constructor(
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
    @Inject(AdmissionStore) private readonly admissions: AdmissionStore,
    @Inject(SigningAlarmStore) private readonly alarm: SigningAlarmStore,
  ) {}

  /** Only if it was asked for by somebody who may: a row in the database is no reason. */
  async tell(link: AgentLink): Promise<void> {
    if (!link.capabilities.includes(leaveCapability)) return;
    const signed = await this.accepted.leave(link.hostId);
    if (isRefusal(signed)) await this.alarm.raise(link.name, signed);
    else link.send('leave', signed);
  }

  /** Nothing of ours is left there. It may be said twice. */
  async noteLeft(link: AgentLink): Promise<void> {
    if (!(await this.admissions.retire(link.hostId))) return;
    const { body, closeCode } = await this.retired(link);
    link.refuse(body, closeCode);
  }

  /** What a host is told that was taken out. */
  async retired({
    hostId,
    name,
    capabilities,
  }: Pick<AgentLink, 'hostId' | 'name' | 'capabilities'>): Promise<Rejected> {
    const message = 'hello.agentId: this host is retired';
    const signed = await this.accepted.leave(hostId);
    if (isRefusal(signed)) await this.alarm.raise(name, signed);
    // Agents from before do not know the word, and keep to what they have.
    const body =
      isRefusal(signed) || !capabilities.includes(leaveCapability)
        ? ({ code: 'revoked', message } as const)
        : ({ code: 'retired', message, leave: signed } as const);
    return { kind: 'rejected', body, closeCode: closeCodes.forbidden };
  }
}
