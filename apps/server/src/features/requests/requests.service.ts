import type { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { decide } from '@carillon/core/access/decide';
import {
  countApprovals,
  type Decider,
  type DecisionRefusal,
  judgeApproval,
  judgeRejection,
  judgeWithdrawal,
  personOf,
  type RequestFacts,
  whatChanged,
} from '@carillon/core/approval/change-request';
import { approvalsOfRequest } from '@carillon/core/approval/request-approvals';
import { approvalText, judgeApprovalSignature, readApproval } from '@carillon/core/approval/signed-approval';
import { isWebauthnKey } from '@carillon/core/approval/webauthn-text';
import type { RecordText } from '@carillon/core/text/record-texts';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidField, notFound } from '../../http/api-error.js';
import type { Caller } from '../../http/caller.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { ChangeDesk } from '../../shared/change-desk.js';
import { usedBefore } from '../../shared/security-key-use.js';
import { AccessStore } from '../../store/access.store.js';
import { ApprovalStore } from '../../store/approval.store.js';
import { withPermit } from '../../store/approval-permit.js';
import { type ChangeRequestRow, ChangeRequestStore } from '../../store/change-request.store.js';
import { comparedParts, requestView } from './request-view.js';

type Routes = typeof requestRoutes;
type View = Response<Routes['approve']>;
type Approving = Input<Routes['approve']>['body'];
type Signatures = NonNullable<Approving['signatures']>;

interface Look {
  /** Null: nobody has to approve it, or it cannot be done. */
  readonly hash: string | null;
  readonly plan: object | null;
  readonly flaw?: string;
}

/** Another server, or another approver, was faster, or an approval does not count any more: nothing is kept of this try. */
class NotCarriedOut extends Error {}
/** It would do something else than what was approved. */
class OtherThanApproved extends Error {}

/** Change requests: looked at, approved, said no to, and carried out once enough others have approved. */
@Injectable()
export class RequestsService {
  constructor(
    @Inject(ChangeRequestStore) private readonly store: ChangeRequestStore,
    @Inject(AccessStore) private readonly access: AccessStore,
    @Inject(ChangeDesk) private readonly desk: ChangeDesk,
    @Inject(ApprovalStore) private readonly approvals: ApprovalStore,
  ) {}

  async list({ cursor, limit, state }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const before = Number(readCursor(cursor) ?? Number.NaN);
    const rows = await this.store.list(
      Number.isSafeInteger(before) ? before : null,
      { limit: limit + 1, state },
      Date.now(),
    );
    return pageOfRows(rows, limit, (row) => String(row.number), requestView);
  }

  async get(number: number, caller: Caller): Promise<Response<Routes['get']>> {
    const row = await this.require(number);
    const verdict = judgeApproval(factsOf(row), await this.deciderOf(caller), Date.now());
    // What is to be approved is worked out from what would be done: the plan that is kept is a row like any other.
    const now = row.state === 'open' ? await this.lookAt(row) : null;
    const isSame = now?.hash === row.planHash;
    const plan = row.act === 'apply' ? ((isSame ? now?.plan : row.plan) as Response<Routes['get']>['plan']) : null;
    const changes = now && !isSame ? (now.flaw ? [now.flaw] : this.changesOf(row, now.plan)) : [];
    const refusal = verdict.ok ? (changes.length > 0 ? 'stale' : null) : verdict.reason;
    const toSign = refusal === null ? textsToSign(row, plan) : [];
    return {
      ...requestView(row),
      plan,
      body: row.body,
      hosts: row.hosts,
      jobs: [...row.jobs],
      toSign,
      refusal,
      changes,
    };
  }

  /**
   * @param planHash of the difference that the approver has seen
   * @throws ApiError `conflict` with the reason, or where the request has become stale
   */
  async approve(number: number, { planHash, signatures = [] }: Approving, caller: Caller): Promise<View> {
    const row = await this.require(number);
    const by = await this.deciderOf(caller);
    // Who approved before it could be carried out, as when a server stopped in between, only asks for that.
    const isCounted = row.state === 'open' && row.approvals.some((approval) => approval.account === by.account);
    if (!isCounted || row.approvals.length < row.required) {
      refuseUnless(judgeApproval(factsOf(row), by, Date.now()));
      requirePlan(row, planHash);
      await this.requireSame(row);
      const { account, name } = by;
      if (account === null) throw new Error('nobody approves');
      await this.requireSignatures(row, signatures, account);
      await this.store.approve(number, { account, name, planHash, signatures }, (now) =>
        refuseUnless(judgeApproval(factsOf(now), by, Date.now())),
      );
    }
    const approved = await this.require(number);
    requirePlan(approved, planHash);
    await this.carryOut(approved);
    return requestView(await this.require(number));
  }

  async reject(number: number, reason: string, caller: Caller): Promise<View> {
    const row = await this.require(number);
    refuseUnless(judgeRejection(factsOf(row), await this.deciderOf(caller), Date.now()));
    return this.end(row, 'rejected', `${personOf(caller.name)}: ${reason}`);
  }

  async withdraw(number: number, caller: Caller): Promise<View> {
    const row = await this.require(number);
    refuseUnless(judgeWithdrawal(factsOf(row), await this.deciderOf(caller), Date.now()));
    return this.end(row, 'withdrawn', `taken back by ${personOf(caller.name)}` satisfies RecordText);
  }

  /** @throws ApiError `invalid` for one that is not by a key of the approver's over a version that the request would write */
  private async requireSignatures(row: ChangeRequestRow, signed: Signatures, account: string): Promise<void> {
    const touches = new Map<string, { readonly key: string; readonly signCount: number }>();
    for (const [index, one] of signed.entries()) {
      const at = `signatures[${index}]`;
      const approval = readApproval(one.text);
      const isMeant = row.jobs.some(
        ({ name, jobId, version }) =>
          approval?.name === name && approval.jobId === jobId && approval.version === version,
      );
      if (!approval || !isMeant || approval.author !== row.author)
        throw invalidField(`${at}.text`, 'an approval of a version that the request writes, by its author', one.text);
      const judged = judgeApprovalSignature(one);
      if (!judged.ok)
        throw invalidField(`${at}.signature`, `a signature of the text by the key (${judged.flaw})`, one.signature);
      if ((await this.approvals.key(one.key))?.accountId !== account)
        throw invalidField(`${at}.key`, 'a key that you have registered', one.key);
      // One touch signs many.
      if (isWebauthnKey(one.key)) touches.set(`${one.key} ${judged.signCount}`, { ...one, ...judged });
    }
    for (const { key, signCount } of [...touches.values()].sort((a, b) => a.signCount - b.signCount))
      if (!(await this.approvals.noteUse(key, signCount))) throw usedBefore(key);
  }

  /** Does it, in one transaction, where enough people that still may have approved; else nothing. */
  private async carryOut(row: ChangeRequestRow): Promise<void> {
    const { number, required, planHash, act, body, author } = row;
    if (row.state !== 'open' || (await this.counted(row)) < required) return;
    const permit = {
      author,
      newJobs: new Map(row.jobs.map(({ name, jobId }) => [name.toLowerCase(), jobId])),
      finish: async (tx: Parameters<ChangeRequestStore['applied']>[0], need: { hash: string } | null) => {
        if (need?.hash !== planHash) throw new OtherThanApproved();
        const approvals = await this.store.applied(tx, number, Date.now());
        if (!approvals) throw new NotCarriedOut();
        const approved = { ...row, approvals: approvals.map((each) => ({ ...each, at: '' })) };
        if ((await this.counted(approved)) < required) throw new NotCarriedOut();
      },
    };
    try {
      await withPermit(permit, () => this.desk.execute(act, body, author));
    } catch (error) {
      if (error instanceof NotCarriedOut) return;
      if (!(error instanceof OtherThanApproved) && !(error instanceof ApiError)) throw error;
      const { plan, flaw } = error instanceof ApiError ? { plan: null, flaw: error.message } : await this.lookAt(row);
      await this.endStale(row, flaw === undefined ? this.changesOf(row, plan) : [flaw]);
    }
  }

  private async counted(row: ChangeRequestRow): Promise<number> {
    const accounts = row.approvals.map(({ account }) => account);
    const found = await this.access.changeRequest(String(row.number));
    const rights = await this.store.rightsOf(accounts);
    const may = accounts.filter((account) => {
      const of = rights.get(account);
      const object = { kind: 'things', things: found?.things ?? [] } as const;
      return of?.isPerson && decide(of.rights, 'approve', object).kind === 'allow';
    });
    return countApprovals(accounts, new Set(may));
  }

  /** @throws ApiError `conflict`, after the request was ended as stale */
  private async requireSame(row: ChangeRequestRow): Promise<void> {
    const { hash, plan, flaw } = await this.lookAt(row);
    if (hash !== row.planHash) await this.endStale(row, flaw === undefined ? this.changesOf(row, plan) : [flaw]);
  }

  /** What it would do now; `flaw`: why it cannot be done at all. */
  private async lookAt({ act, body, author }: ChangeRequestRow): Promise<Look> {
    try {
      const { need, plan } = await this.desk.look(act, body, author);
      return { hash: need?.hash ?? null, plan };
    } catch (error) {
      if (error instanceof ApiError) return { hash: null, plan: null, flaw: error.message };
      throw error;
    }
  }

  private async endStale(row: ChangeRequestRow, changes: readonly string[]): Promise<never> {
    const text: RecordText = `it would do something else by now: ${changes.join('; ')}`;
    const outcome = text.slice(0, 2_000);
    await this.store.end(row.number, 'stale', outcome, Date.now());
    throw new ApiError('conflict', `change request ${row.number} is stale: ${outcome}`, { state: 'stale', changes });
  }

  private changesOf(row: ChangeRequestRow, plan: object | null): string[] {
    const changes = whatChanged(comparedParts(row.plan), comparedParts(plan));
    return changes.length > 0
      ? changes
      : ['what it is done to was changed since, or nobody has to approve it any more' satisfies RecordText];
  }

  private async end(row: ChangeRequestRow, state: 'rejected' | 'withdrawn', outcome: string): Promise<View> {
    if (!(await this.store.end(row.number, state, outcome, Date.now())))
      throw new ApiError('conflict', `change request ${row.number}: somebody else has just decided about it`);
    return requestView(await this.require(row.number));
  }

  private async deciderOf({ accountId, name }: Caller): Promise<Decider> {
    if (accountId === null) return { account: null, name, isPerson: false };
    const found = (await this.store.rightsOf([accountId])).get(accountId);
    return { account: accountId, name: personOf(name), isPerson: found?.isPerson === true };
  }

  private async require(number: number): Promise<ChangeRequestRow> {
    await this.store.expire(Date.now());
    const row = await this.store.byNumber(number);
    if (!row) throw notFound('change request', String(number));
    return row;
  }
}

/** What somebody has seen is what he approves. @throws ApiError `conflict` */
function requirePlan({ planHash: current }: ChangeRequestRow, seen: string): void {
  if (seen === current) return;
  const message: RefusalText = `planHash: expected ${current}, got ${seen}: look at the request again`;
  throw new ApiError('conflict', message, { expected: seen, current });
}

/** Of what is shown. */
function textsToSign(row: ChangeRequestRow, plan: Response<Routes['get']>['plan']): string[] {
  return approvalsOfRequest({ ...row, plan }).approvals.map(approvalText);
}

function factsOf({ state, expiresAt, authorAccount, author, approvals }: ChangeRequestRow): RequestFacts {
  return {
    state,
    expiresAtMs: expiresAt.getTime(),
    author: authorAccount,
    authorName: author,
    approvedBy: approvals.map(({ account }) => account),
  };
}

/** @throws ApiError `conflict` */
function refuseUnless(verdict: ReturnType<typeof judgeApproval>): void {
  if (verdict.ok) return;
  const { reason } = verdict;
  throw new ApiError('conflict', words[reason], { reason });
}

const words: Readonly<Record<DecisionRefusal, RefusalText>> = {
  not_open: 'it is decided already',
  expired: 'its time is over',
  own_request: 'it is your own: somebody else has to decide about it',
  no_person: 'expected a person: a service, or the token of the server, is nobody who could approve',
  already_approved: 'you have approved it already; another person has to',
  not_author: 'it is not yours: reject it instead',
};
