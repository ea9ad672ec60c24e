import { Card, Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  readonly aside?: ReactNode;
  /** By which the tour finds it. */
  readonly tour?: string;
  readonly children: ReactNode;
}

/** A titled part of a page. */
export function Section({ title, aside, tour, children }: Props) {
  return (
    <Card component="section" withBorder padding="md" aria-label={title} data-tour={tour}>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{title}</Title>
        {aside}
      </Group>
      {children}
    </Card>
  );
}
