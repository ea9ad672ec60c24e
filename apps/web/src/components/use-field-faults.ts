import { ApiFailure } from '@carillon/contract/http/client';
import { useWords } from '../i18n/index.js';
import { useServerText } from '../i18n/use-server-text.js';

interface FieldFaults {
  /** What the server said of a field, or of something inside it, for beside it. */
  readonly of: (field: string) => string | undefined;
  /** What is left to be told on its own; null: nothing. */
  readonly rest: unknown;
}

/** As the server writes what it was given and does not repeat. */
const hidden = JSON.stringify('(hidden)');

/** Parts what a call threw between the fields of a form and the form itself. @param fields by their names in the request */
export function useFieldFaults(error: unknown, fields: readonly string[]): FieldFaults {
  const { t } = useWords();
  const { expectedText, gotText } = useServerText();
  const problems = error instanceof ApiFailure ? (error.body.params.problems ?? []) : [];
  const isIn = (path: string, field: string) => path === field || /^[.[]/.test(path.slice(field.length));
  const known = (path: string) => fields.some((field) => path.startsWith(field) && isIn(path, field));
  return {
    of: (field) => {
      const found = problems.find(({ path }) => path.startsWith(field) && isIn(path, field));
      if (!found) return undefined;
      const expected = expectedText(found);
      // Of a password the server does not repeat what it was given.
      return found.got === hidden
        ? t('error.expectedOnly', { expected })
        : t('error.expected', { expected, got: gotText(found.got) });
    },
    rest: problems.length > 0 && problems.every(({ path }) => known(path)) ? null : (error ?? null),
  };
}
