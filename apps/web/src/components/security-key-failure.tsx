import { Alert } from '@mantine/core';
import { useWords } from '../i18n/index.js';
import { Failure } from './failure.js';

const known = {
  NotAllowedError: 'securityKeys.cancelled',
  InvalidStateError: 'securityKeys.alreadyMade',
  NotSupportedError: 'securityKeys.otherKind',
  SecurityError: 'securityKeys.no.address',
} as const;

/** What a browser, or the server, had against the use of a security key. */
export function SecurityKeyFailure({ error }: { error: unknown }) {
  const { t } = useWords();
  const word = error instanceof DOMException ? known[error.name as keyof typeof known] : undefined;
  if (!word) return <Failure error={error} />;
  return (
    <Alert color="red" variant="light" role="alert">
      {t(word)}
    </Alert>
  );
}
