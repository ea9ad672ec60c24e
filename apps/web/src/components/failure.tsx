import { ApiFailure } from '@carillon/contract/http/client';
import { Alert, Button } from '@mantine/core';
import { useWords } from '../i18n/index.js';
import { useFailureText } from './failure-text.js';
import { PageLink } from './page-link.js';

/** The change request that waits in place of what was to be done. */
function requestOf(error: unknown): number | undefined {
  const { request } = error instanceof ApiFailure ? error.body.params : {};
  return typeof request === 'number' ? request : undefined;
}

/** What went wrong, in words, with a way to try again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useWords();
  const text = useFailureText();
  const request = requestOf(error);
  return (
    <Alert color="red" variant="light" role="alert">
      {text(error)}
      {request !== undefined && (
        <>
          {' '}
          <PageLink to="/requests" search={{ number: request }}>
            {t('nav.requests')} {request}
          </PageLink>
        </>
      )}
      {onRetry && (
        <Button size="compact-sm" variant="subtle" color="red" ml="sm" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      )}
    </Alert>
  );
}
