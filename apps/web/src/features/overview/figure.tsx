import { Card, Group, Text } from '@mantine/core';
import type { LinkProps } from '@tanstack/react-router';
import { PageLink } from '../../components/page-link.js';
import { useWords, type Word } from '../../i18n/index.js';

export interface Part {
  readonly word: Word;
  readonly count: number;
  readonly color: string;
  /** The list of what was counted, where there is one. */
  readonly link?: Pick<LinkProps, 'to' | 'search'>;
}

interface Props {
  readonly title: Word;
  readonly total: number;
  readonly parts: readonly Part[];
}

/** A total and its parts; parts that count nothing stay pale. */
export function Figure({ title, total, parts }: Props) {
  const { t } = useWords();
  return (
    <Card withBorder padding="md">
      <Text size="sm" c="dimmed">
        {t(title)}
      </Text>
      <Text fz={34} fw={600} lh={1.2}>
        {total}
      </Text>
      <Group gap="0 12px" mt={4}>
        {parts.map((part) => (
          <Count key={part.word} {...part} />
        ))}
      </Group>
    </Card>
  );
}

function Count({ word, count, color, link }: Part) {
  const { t } = useWords();
  const text = t(word, { n: count });
  const shade = count === 0 ? 'dimmed' : color;
  if (!link) {
    return (
      <Text size="sm" c={shade} lh="24px">
        {text}
      </Text>
    );
  }
  return (
    <PageLink {...link} c={shade} lh="24px" display="inline-block">
      {text}
    </PageLink>
  );
}
