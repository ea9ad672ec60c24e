import type { AlertDocumentKind } from '@carillon/core/state/states';
import { Button, Group, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { createLink } from '@tanstack/react-router';
import { forwardRef } from 'react';
import { useWords } from '../../i18n/index.js';
import { kindWord } from './documents/document-kinds.js';

const LinkButton = createLink(
  forwardRef<HTMLAnchorElement, { children: React.ReactNode }>((props, ref) => (
    <Button component="a" ref={ref} leftSection={<IconPlus size={16} aria-hidden />} {...props} />
  )),
);

/** Title of a list of documents, what they are for, and the way to another one. */
export function ListHead({ kind, title, text }: { kind: AlertDocumentKind; title: string; text: string }) {
  const { t } = useWords();
  return (
    <Group justify="space-between" align="start">
      <div>
        <Title order={1}>{title}</Title>
        <Text size="sm" c="dimmed" maw={640}>
          {text}
        </Text>
      </div>
      <LinkButton to="/alerting/documents/$kind" params={{ kind }}>
        {t('doc.new', { kind: t(kindWord(kind)) })}
      </LinkButton>
    </Group>
  );
}
