import { ApiFailure } from '@carillon/contract/http/client';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type RefObject, useState } from 'react';
import { call } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';
import type { Draft } from './use-draft.js';

export type ApplyJobState = ReturnType<typeof useApply>;

interface Asked {
  readonly raw: unknown;
  readonly text: string;
  readonly version: number;
  readonly allowNoHosts: boolean;
  /** Why it is stored though a freeze holds it back. */
  readonly overrideFreeze?: string;
}

/**
 * Plans and stores a draft, unless somebody has stored another version since it was begun.
 * @param saved set before the page is left, since there is nothing left to lose then
 */
export function useApply(draft: Draft, raw: unknown, saved: RefObject<boolean>) {
  const [allowNoHosts, setAllowNoHosts] = useState(false);
  const [reason, setReason] = useState('');
  const navigate = useNavigate();
  const client = useQueryClient();
  const asked: Asked = { raw, text: draft.text, version: expectedVersion(draft, raw), allowNoHosts };
  const apply = (dryRun: boolean, { raw: document, text, version, overrideFreeze }: Asked) =>
    call(jobRoutes.apply, {
      body: {
        documents: [document],
        sources: [text],
        dryRun,
        allowNoHosts,
        ...(overrideFreeze === undefined ? {} : { overrideFreeze }),
        ...(reason.trim() ? { reason: reason.trim() } : {}),
        ...(nameOf(document) ? { expect: [{ job: nameOf(document), version }] } : {}),
      },
    });
  const plan = useOnce({ mutationFn: (question: Asked) => apply(true, question) });
  const save = useOnce({
    mutationFn: (question: Asked) => apply(false, question),
    onSuccess: async ({ results: [result] }) => {
      saved.current = true;
      void client.invalidateQueries();
      if (result?.kind === 'Job') await navigate({ to: '/jobs/$name', params: { name: result.name } });
    },
  });
  // An answer is good only for what it was asked about. The buttons stay in place over edits: leaving a field by a click
  // on one of them changes the document between press and release, and a new button would not see the click.
  const isNow = (question: Asked | undefined) =>
    question?.text === asked.text && question.version === asked.version && question.allowNoHosts === allowNoHosts;
  const [result] = (isNow(plan.variables) && plan.data?.results) || [];
  const error = (isNow(save.variables) && save.error) || (isNow(plan.variables) && plan.error) || null;
  return {
    allowNoHosts,
    setAllowNoHosts,
    reason,
    setReason,
    plan,
    save,
    result,
    error,
    conflict: conflictOf(error),
    ask: () => plan.mutate(asked),
    store: () => save.mutate(asked),
    override: (overrideFreeze: string) => save.mutate({ ...asked, overrideFreeze }),
  };
}

/** Another name is another job, which must not be there yet. */
function expectedVersion({ base }: Draft, raw: unknown): number {
  return nameOf(raw).toLowerCase() === base.name.toLowerCase() ? base.version : 0;
}

export function nameOf(raw: unknown): string {
  const name = (raw as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? name : '';
}

function conflictOf(error: unknown): { job: string; version: number } | null {
  if (!(error instanceof ApiFailure) || error.body.code !== 'conflict') return null;
  const { job, current } = error.body.params;
  return typeof job === 'string' && typeof current === 'number' ? { job, version: current } : null;
}
