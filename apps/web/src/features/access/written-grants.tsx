import { describeGrant } from '@carillon/core/access/describe-grant';
import type { Grant } from '@carillon/core/access/grant';
import { Code, Group } from '@mantine/core';

/** What somebody may do, as it is written. */
export function Grants({ grants }: { grants: readonly Grant[] }) {
  return <Written grants={grants.map(describeGrant)} />;
}

export function Written({ grants }: { grants: readonly string[] }) {
  if (grants.length === 0) return '–';
  return (
    <Group gap={4}>
      {grants.map((grant) => (
        <Code key={grant}>{grant}</Code>
      ))}
    </Group>
  );
}
