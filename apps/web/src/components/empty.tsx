import { Code, Stack, Text } from '@mantine/core';

/** Nothing to show, and what one can do about it. */
export function Empty({ text, command }: { text: string; command?: string }) {
  return (
    <Stack gap={6} py="md">
      <Text c="dimmed">{text}</Text>
      {command && (
        <Code block w="fit-content">
          {command}
        </Code>
      )}
    </Stack>
  );
}
