import { Alert, Button, Code, CopyButton, Text } from '@mantine/core';
import { useWords } from '../../i18n/index.js';

/** A secret that the server tells once. */
export function ShownOnce({ words, secret }: { words: string; secret: string }) {
  const { t } = useWords();
  return (
    <Alert color="yellow" variant="light" role="status">
      <Text size="sm" mb="xs">
        {words}
      </Text>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {secret}
      </Code>
      <CopyButton value={secret}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" mt="xs" onClick={copy}>
            {t(copied ? 'subscriptions.copied' : 'subscriptions.copy')}
          </Button>
        )}
      </CopyButton>
    </Alert>
  );
}
