import { ApiFailure } from '@carillon/contract/http/client';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../../../i18n/index.js';
import { useServerText } from '../../../i18n/use-server-text.js';
import { call } from '../../../lib/api.js';

/** What the server would make of a document, and what it would refuse; nothing is stored. @param raw null: nothing to ask */
export function useCheck(raw: Record<string, unknown> | null) {
  return useQuery({
    queryKey: ['document-check', JSON.stringify(raw)],
    queryFn: ({ signal }) => call(jobRoutes.apply, { body: { documents: [raw], dryRun: true } }, signal),
    enabled: raw !== null,
    retry: false,
  });
}

/** What the server found wrong, by field, in the reader's language and without the field's name. */
export function useProblems(error: unknown): { path: string; message: string }[] {
  const { t } = useWords();
  const { fieldText } = useServerText();
  if (!(error instanceof ApiFailure)) return [];
  return (error.body.params.problems ?? []).map((problem) => ({
    path: problem.path,
    // Of what type it is says nothing to somebody who left it empty.
    message: problem.code === 'missing' && problem.expected === 'a string' ? t('doc.isMissing') : fieldText(problem),
  }));
}
