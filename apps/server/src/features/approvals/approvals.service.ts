import type { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { personOf } from '@carillon/core/approval/change-request';
import {
  approvalText,
  approverFingerprint,
  isApproverKeyProof,
  judgeApprovalSignature,
  mostApprovedHosts,
  readApproval,
} from '@carillon/core/approval/signed-approval';
import { isWebauthnKey } from '@carillon/core/approval/webauthn-text';
import { problemOf } from '@carillon/core/problem';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidField, invalidInput, notFound } from '../../http/api-error.js';
import type { Caller } from '../../http/caller.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { usedBefore } from '../../shared/security-key-use.js';
import { ApprovalStore, type ApproverKeyRow, type DefinitionToSign } from '../../store/approval.store.js';

type Routes = typeof approvalRoutes;
type Key = Response<Routes['addKey']>;

/** What approvers sign with keys that no server has. Hosts judge it by lists of their own; here it is only kept in order. */
@Injectable()
export class ApprovalsService {
  constructor(
    @Inject(ApprovalStore) private readonly store: ApprovalStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async keys(): Promise<Response<Routes['keys']>> {
    return { items: (await this.store.keys()).map(viewOf) };
  }

  /** @throws ApiError for a key that the caller does not hold, or that is registered already */
  async addKey({ key, name, proof, credentialId }: Input<Routes['addKey']>['body'], caller: Caller): Promise<Key> {
    const { accountId } = caller;
    if (accountId === null)
      throw new ApiError(
        'conflict',
        'expected somebody with an account: the token of the server is nobody in particular',
      );
    if (!isApproverKeyProof({ key, owner: personOf(caller.name), proof }))
      throw invalidField('proof', `a signature of ${personOf(caller.name)} and the key, by that key`, proof);
    if (isWebauthnKey(key) !== (credentialId !== undefined))
      throw invalidField('credentialId', 'the id of a security key, with its key', credentialId ?? null);
    if (!(await this.store.addKey({ key, accountId, name, credentialId: credentialId ?? null })))
      throw new ApiError('conflict', `key ${approverFingerprint(key)}: it is registered already`);
    return viewOf(await this.require(key));
  }

  /** One's own only. */
  async removeKey(word: string, { accountId }: Caller): Promise<Key> {
    const keys = await this.store.keys();
    const row = keys.find(({ key }) => key === word || approverFingerprint(key) === word);
    if (!row || row.accountId !== accountId) throw notFound('approver key', word);
    await this.store.removeKey(row.key);
    return viewOf(row);
  }

  async toSign(name: string): Promise<Response<Routes['toSign']>> {
    const { saidAuthor: _, approvals, ...definition } = await this.requireDefinition(name);
    const isOne = definition.hosts.length <= mostApprovedHosts;
    return {
      ...definition,
      ...(isOne ? { text: approvalText(definition) } : {}),
      hosts: [...definition.hosts],
      refusedBy: [...definition.refusedBy],
      approvals: approvals.map(({ key, signedBy, at, text }) => ({
        ...{ key, signedBy, at: new Date(at).toISOString() },
        hosts: readApproval(text)?.hosts.length ?? 0,
      })),
    };
  }

  /**
   * Keeps an approval for the hosts that ask for it.
   * @throws ApiError for what is not signed by a key of the caller's, is of another definition, or is his own
   */
  async sign(name: string, signed: Input<Routes['sign']>['body'], caller: Caller): Promise<Response<Routes['sign']>> {
    const definition = await this.requireDefinition(name);
    const key = await this.store.key(signed.key);
    if (!key || key.accountId !== caller.accountId)
      throw invalidField('key', 'a key that you have registered', approverFingerprint(signed.key));
    const judged = judgeApprovalSignature(signed);
    if (!judged.ok)
      throw invalidField('signature', `a signature of the text by the key (${judged.flaw})`, signed.signature);
    const approval = readApproval(signed.text);
    if (!approval) throw invalidField('text', 'an approval in canonical JSON', signed.text);
    for (const field of ['jobId', 'version', 'manifestHash', 'author'] as const)
      if (approval[field] !== definition[field])
        throw invalidInput([
          problemOf(`text.${field}`, 'wrong_value', String(definition[field]), approval[field], undefined),
        ]);
    const writers = [definition.author, definition.saidAuthor].map((writer) => personOf(writer).toLowerCase());
    if (writers.includes(personOf(caller.name).toLowerCase()))
      throw new ApiError('conflict', `job ${definition.name} version ${definition.version}: you wrote it yourself`, {
        reason: 'own_request',
      });
    if (isWebauthnKey(signed.key) && !(await this.store.noteUse(signed.key, judged.signCount)))
      throw usedBefore(signed.key);
    const told = await this.store.keep(definition, signed, personOf(caller.name));
    if (told.length > 0) this.hints.publish({ kind: 'desired', hostIds: told });
    return { job: definition.name, version: definition.version, hosts: approval.hosts.length };
  }

  private async requireDefinition(name: string): Promise<DefinitionToSign> {
    const definition = await this.store.toSign(name);
    if (!definition) throw notFound('job', name);
    return definition;
  }

  private async require(key: string): Promise<ApproverKeyRow> {
    const row = await this.store.key(key);
    if (!row) throw notFound('approver key', key);
    return row;
  }
}

function viewOf({ key, owner, name, createdAt, credentialId }: ApproverKeyRow): Key {
  const fingerprint = approverFingerprint(key);
  return { key, fingerprint, owner, name, createdAt: createdAt.toISOString(), credentialId };
}
