import { Alert, Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';
import type { Loss } from './way-back.js';

/** What one would not get back by oneself. @param ofRights rights go, and the account stays */
export function Losses({ losses, ofRights = false }: { losses: readonly Loss[]; ofRights?: boolean }) {
  const { t } = useWords();
  if (losses.length === 0) return null;
  const words = { own: ofRights ? 'access.ownRightsMeans' : 'access.ownMeans', last: 'access.lastMeans' } as const;
  return (
    <Alert color="orange" variant="light" role="status">
      {losses.map((loss) => (
        <Text key={loss} size="sm">
          {t(words[loss])}
        </Text>
      ))}
    </Alert>
  );
}
