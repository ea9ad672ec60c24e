import type { RequestAct } from '@carillon/contract/http/requests.routes';
import { personOf, requestLifeMs } from '@carillon/core/approval/change-request';
import type { RequestTitle } from '@carillon/core/text/record-texts';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError } from '../http/api-error.js';
import { ApprovalNeeded, type Need, withPermit } from '../store/approval-permit.js';
import { callerActs } from '../store/audit-act.js';
import { ChangeRequestStore } from '../store/change-request.store.js';

/** What a feature does that others may have to approve. `body` is what it was asked with. */
export interface ChangeHandler<B> {
  /** Carries it out. */
  execute(body: B, author: string): Promise<unknown>;
  /** What it would change, as people are shown it; nothing is kept. */
  plan?(body: B, author: string): Promise<object>;
}

export interface Asked<B> {
  readonly title: RequestTitle;
  readonly body: B;
  readonly reason?: string | null | undefined;
}

/** Ends a look: nothing of it is to be kept. */
class Looked extends Error {
  constructor(readonly need: Need | null) {
    super('only looked at');
  }
}

/** Where changes of protected hosts wait, and from where they are carried out once they are approved. */
@Injectable()
export class ChangeDesk {
  private readonly handlers = new Map<RequestAct, ChangeHandler<object>>();

  constructor(@Inject(ChangeRequestStore) private readonly store: ChangeRequestStore) {}

  /** Says who carries out an act. */
  register<B extends object>(act: RequestAct, handler: ChangeHandler<B>): void {
    this.handlers.set(act, handler as unknown as ChangeHandler<object>);
  }

  /**
   * Does something that others may have to approve.
   * @throws ApiError `conflict` with the number of the request where they have to; nothing was changed then
   */
  async ask<B extends object, T>(act: RequestAct, asked: Asked<B>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApprovalNeeded)) throw error;
      throw await this.file(act, asked, error.need);
    }
  }

  /** What somebody asked for would change now, and upon what. */
  async look(act: RequestAct, body: object, author: string): Promise<{ need: Need | null; plan: object | null }> {
    const handler = this.handlerOf(act);
    const finish = (_tx: unknown, need: Need | null) => Promise.reject(new Looked(need));
    try {
      await withPermit({ author, finish }, () => handler.execute(body, author));
    } catch (error) {
      if (error instanceof Looked) return { need: error.need, plan: (await handler.plan?.(body, author)) ?? null };
      throw error;
    }
    throw new Error(`${act}: it was carried out without having been approved`);
  }

  /** Carries out what was approved. */
  execute(act: RequestAct, body: object, author: string): Promise<unknown> {
    return this.handlerOf(act).execute(body, author);
  }

  private async file<B extends object>(
    act: RequestAct,
    { title, body, reason }: Asked<B>,
    need: Need,
  ): Promise<ApiError> {
    const { actor, account } = callerActs();
    const plan = (await this.handlerOf(act).plan?.(body, personOf(actor))) ?? null;
    const author = personOf(actor);
    const asked = { act, title, body, author, authorAccount: account, reason: reason ?? null, need, plan };
    const { number } = await this.store.add({ ...asked, nowMs: Date.now(), lifeMs: requestLifeMs });
    const { groups, required } = need;
    const message: RefusalText = `nothing was changed: hosts of the protected group ${groups.join(', ')} ask for ${required} ${
      required === 1 ? 'approval' : 'approvals'
    } by others; it waits as change request ${number}`;
    return new ApiError('conflict', message, { request: number, groups, required });
  }

  private handlerOf(act: RequestAct): ChangeHandler<object> {
    const handler = this.handlers.get(act);
    if (!handler) throw new Error(`nothing carries out ${act}`);
    return handler;
  }
}
