import { Badge, Group } from '@mantine/core';

export function Labels({ labels }: { labels: Record<string, string> }) {
  return (
    <Group gap={4} wrap="wrap">
      {Object.entries(labels).map(([key, value]) => (
        <Badge key={key} variant="default" size="sm" tt="none" fw={400}>
          {key}={value}
        </Badge>
      ))}
    </Group>
  );
}
