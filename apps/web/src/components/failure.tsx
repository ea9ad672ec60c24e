import { ApiFailure } from '@carillon/contract/http/client';
import { Alert, Button } from '@mantine/core';
import { useWords } from '../i18n/index.js';

/** Words for whatever a call threw: the server's code in the reader's language, or that it cannot be reached. */
export function useFailureText() {
  const { t } = useWords();
  return (error: unknown): string =>
    error instanceof ApiFailure
      ? t(`error.${error.body.code}`, { message: error.body.message })
      : t('common.unreachable');
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useWords();
  const text = useFailureText();
  return (
    <Alert color="red" variant="light" role="alert">
      {text(error)}
      {onRetry && (
        <Button size="compact-sm" variant="subtle" color="red" ml="sm" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      )}
    </Alert>
  );
}
