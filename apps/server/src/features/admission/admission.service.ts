import type { admissionRoutes } from '@carillon/contract/http/admission.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyFingerprint } from '@carillon/core/host/join-token';
import { unreachable } from '@carillon/core/state/states';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, notFound } from '../../http/api-error.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { type Admission, AdmissionStore, type IdentityRow } from '../../store/admission.store.js';
import { CopyStore } from '../../store/copy.store.js';

type Routes = typeof admissionRoutes;
type Done = Extract<Admission, { kind: 'done' }>;

/** Lets hosts in, gives them other keys, and takes them out. */
@Injectable()
export class AdmissionService {
  constructor(
    @Inject(AdmissionStore) private readonly admissions: AdmissionStore,
    @Inject(CopyStore) private readonly copies: CopyStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async identity(name: string): Promise<Response<Routes['identity']>> {
    const row = await this.require(name);
    const copies = await this.copies.ofHost(row.id);
    return {
      name: row.name,
      state: row.state,
      keyFingerprint: keyFingerprint(row.publicKey, sha256Hex),
      keySince: row.keySince.toISOString(),
      keyWanted: row.keyWanted,
      joinedFrom: row.joinedFrom,
      joinedAt: row.joinedAt.toISOString(),
      tasks: row.tasks,
      retiredAt: row.retiredAt?.toISOString() ?? null,
      copies: copies.map(({ lastSeenAt, ...copy }) => ({ ...copy, lastSeenAt: lastSeenAt.toISOString() })),
    };
  }

  async approve({ name, body }: Input<Routes['approve']>): Promise<Response<Routes['approve']>> {
    const done = this.done(name, 'pending', await this.admissions.approve(name, body.fingerprint));
    this.hints.publish({ kind: 'admission', hostIds: [done.hostId] });
    const { publicKey } = await this.require(name);
    return { name: done.name, keyFingerprint: keyFingerprint(publicKey, sha256Hex) };
  }

  async refuse(name: string): Promise<Response<Routes['refuse']>> {
    const done = this.done(name, 'pending', await this.admissions.refuse(name));
    this.hints.publish({ kind: 'admission', hostIds: [done.hostId] });
    return { name: done.name };
  }

  async rotateKey(name: string): Promise<Response<Routes['rotateKey']>> {
    const done = this.done(name, 'active', await this.admissions.rotateKey(name));
    this.hints.publish({ kind: 'admission', hostIds: [done.hostId] });
    const { isConnected } = await this.require(name);
    return { name: done.name, isConnected };
  }

  async keepCopy({ name, instance }: Input<Routes['keepCopy']>): Promise<Response<Routes['keepCopy']>> {
    const { id, name: host } = await this.require(name);
    const hostname = await this.copies.keep(id, host, instance);
    if (hostname === null) throw notFound('copy', instance);
    this.hints.publish({ kind: 'session', hostIds: [id] });
    return { name: host, hostname };
  }

  async decommission({ name, body }: Input<Routes['decommission']>): Promise<Response<Routes['decommission']>> {
    const done = this.done(name, 'active', await this.admissions.decommission(name, body.force));
    this.hints.publish({ kind: 'desired', hostIds: [done.hostId] });
    return { name: done.name, state: done.state };
  }

  private async require(name: string): Promise<IdentityRow> {
    const row = await this.admissions.identity(name);
    if (!row) throw notFound('host', name);
    return row;
  }

  /** @throws ApiError saying why it was not done. @param expected the state in which it can be */
  private done(name: string, expected: string, admission: Admission): Done {
    switch (admission.kind) {
      case 'done':
        return admission;
      case 'unknown':
        throw notFound('host', name);
      case 'other_state': {
        const { state } = admission;
        throw new ApiError('conflict', `host ${name}: expected one that is ${expected}, it is ${state}`, { state });
      }
      case 'other_fingerprint': {
        const { fingerprint } = admission;
        const message: RefusalText = `fingerprint: host ${name} has the key ${fingerprint}, another one was given: is it the host that you look at?`;
        throw new ApiError('conflict', message, { fingerprint });
      }
      default:
        return unreachable(admission);
    }
  }
}
