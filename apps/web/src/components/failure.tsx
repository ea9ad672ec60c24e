import { Alert, Button } from '@mantine/core';
import { useWords } from '../i18n/index.js';
import { useFailureText } from './failure-text.js';

/** What went wrong, in words, with a way to try again. */
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
