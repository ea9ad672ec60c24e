import { Badge, Group } from '@mantine/core';
import { PageLink } from './page-link.js';

/** Labels of a host; each leads to the hosts that have it. */
export function Labels({ labels }: { labels: Record<string, string> }) {
  return (
    // Room between them, so that a finger meets only one.
    <Group gap={6} wrap="wrap">
      {Object.entries(labels).map(([key, value]) => {
        const label = `${key}=${value}`;
        return (
          <PageLink key={key} to="/hosts" search={{ label }} underline="never" lh={1}>
            <Badge variant="default" size="sm" tt="none" fw={400} style={{ cursor: 'inherit' }}>
              {label}
            </Badge>
          </PageLink>
        );
      })}
    </Group>
  );
}
