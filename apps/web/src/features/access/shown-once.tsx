import { Alert, Code, Text } from '@mantine/core';

/** A secret that the server tells once. */
export function ShownOnce({ words, secret }: { words: string; secret: string }) {
  return (
    <Alert color="yellow" variant="light" role="status">
      <Text size="sm" mb="xs">
        {words}
      </Text>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {secret}
      </Code>
    </Alert>
  );
}
