import { ApiFailure } from '@carillon/contract/http/client';
import type { ApiErrorBody } from '@carillon/contract/http/error';
import { useWords, type Word } from '../i18n/index.js';
import { useServerText } from '../i18n/use-server-text.js';
import { useTimes } from './when.js';

type T = (word: Word, values?: Record<string, string | number>) => string;

/** Things the server may say it does not have, by the `kind` of `not_found`; others stand as the server calls them. */
const kinds: Record<string, Word> = { job: 'kind.job', host: 'kind.host', run: 'kind.run', command: 'kind.command' };

/** Words for whatever a call threw: the server's code and parameters in the reader's language, or that it cannot be reached. */
export function useFailureText() {
  const { t } = useWords();
  const { expectedText, gotText, missingText, refusalText } = useServerText();
  const { timeText } = useTimes();
  return (error: unknown): string =>
    error instanceof ApiFailure
      ? (archivedText(t, error.body) ??
        frozenText(t, timeText, error.body) ??
        refusalText(error.body.params) ??
        missingText(error.body) ??
        bodyText(t, { expectedText, gotText }, error.body))
      : t(isNetworkError(error) ? 'common.unreachable' : 'common.broken');
}

/** `fetch` throws a TypeError when no answer came; so does broken code, but only outside of queries. */
function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError;
}

function bodyText(
  t: T,
  { expectedText, gotText }: Pick<ReturnType<typeof useServerText>, 'expectedText' | 'gotText'>,
  { code, params, message }: ApiErrorBody,
): string {
  const { kind, name, problems, request, groups, reason, late } = params;
  if (code === 'unavailable' && late === true) return t('error.late');
  if (typeof request === 'number' && Array.isArray(groups))
    return t('error.held', { request, groups: groups.join(', ') });
  if (code === 'not_found' && typeof kind === 'string' && typeof name === 'string' && name !== '') {
    const word = kinds[kind];
    if (word) return t('error.notFoundNamed', { kind: t(word), name });
  }
  if (code === 'forbidden') return deniedText(t, reason);
  const [problem] = problems ?? [];
  if (code === 'invalid' && problem) {
    return t('error.invalidField', { path: problem.path, expected: expectedText(problem), got: gotText(problem.got) });
  }
  return t(`error.${code}`, { message });
}

/** That it may not be done, and by which right it fails; of a newer server's reason, only that it may not. */
function deniedText(t: T, reason: unknown): string {
  const denied = t('error.forbidden');
  if (typeof reason !== 'string') return denied;
  // Words that come late, or a reason that has none: the key is what is said then.
  const word = `denied.${reason}` as Word;
  const why = t(word);
  return why === word ? denied : `${denied} ${why}`;
}

const namedJobs = 5;

/** What a freeze held back, until when; null when it is not about that. */
function frozenText(t: T, timeText: (iso: string) => string, { code, params }: ApiErrorBody): string | null {
  const { freeze, until, jobs } = params;
  if (code !== 'conflict' || typeof freeze !== 'string' || typeof until !== 'string') return null;
  const names = Array.isArray(jobs) ? jobs.map(String) : [];
  const more = names.length > namedJobs ? t('bulk.more', { n: names.length - namedJobs }) : '';
  const held = [names.slice(0, namedJobs).join(', '), more].filter(Boolean).join(' ');
  return t('error.frozen', { freeze, until: timeText(until), jobs: held });
}

const archiveFaults = ['unreachable', 'refused', 'missing', 'damaged', 'not_configured'] as const;

/** Where a run's output lies that cannot be read there; null when it is not about that. */
function archivedText(t: T, { params }: ApiErrorBody): string | null {
  const { at, bucket, reason } = { ...(params.archived as Record<string, unknown> | undefined) };
  const fault = archiveFaults.find((each) => each === reason);
  if (!fault || typeof at !== 'string' || typeof bucket !== 'string') return null;
  return t(`error.archived.${fault}`, { day: at.slice(0, 10), bucket });
}
