import type { AlertDocumentKind } from '@carillon/core/state/states';
import { Button, Group, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { createLink } from '@tanstack/react-router';
import { forwardRef, type ReactNode } from 'react';
import { useWords } from '../../i18n/index.js';
import { kindWord } from './documents/document-kinds.js';
import { useMayWrite } from './documents/use-may-write.js';

const LinkButton = createLink(
  forwardRef<HTMLAnchorElement, { children: ReactNode }>((props, ref) => (
    <Button component="a" ref={ref} leftSection={<IconPlus size={16} aria-hidden />} {...props} />
  )),
);

interface PageHeadProps {
  readonly title: string;
  readonly text: string;
  /** The way to another one. */
  readonly children: ReactNode;
}

/** Title of a page, what it is for, and what can be added to it. */
export function PageHead({ title, text, children }: PageHeadProps) {
  return (
    <Group justify="space-between" align="start">
      <div>
        <Title order={1}>{title}</Title>
        <Text size="sm" c="dimmed" maw={640}>
          {text}
        </Text>
      </div>
      {children}
    </Group>
  );
}

/** Of a list of documents. */
export function ListHead({ kind, title, text }: { kind: AlertDocumentKind; title: string; text: string }) {
  const { t } = useWords();
  const may = useMayWrite(kind);
  return (
    <PageHead title={title} text={text}>
      {may && (
        <LinkButton to="/alerting/documents/$kind" params={{ kind }}>
          {t('doc.new', { kind: t(kindWord(kind)) })}
        </LinkButton>
      )}
    </PageHead>
  );
}
