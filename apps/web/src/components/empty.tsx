import { Code, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  readonly text: string;
  readonly command?: string;
  /** Where to go from here. */
  readonly children?: ReactNode;
}

/** Nothing to show, and what one can do about it. */
export function Empty({ text, command, children }: Props) {
  return (
    <Stack gap={6} py="md" data-tour="empty">
      <Text c="dimmed">{text}</Text>
      {children}
      {command && (
        <Code block w="fit-content" maw="100%" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {command}
        </Code>
      )}
    </Stack>
  );
}
