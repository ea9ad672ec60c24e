import type { Action } from '@carillon/core/access/roles';
import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../i18n/index.js';
import { useMay } from '../lib/use-may.js';
import { PageLink } from './page-link.js';

interface Props {
  readonly action: Action;
  /** Of the page. */
  readonly title: string;
  readonly children: ReactNode;
}

/** A page of which the server tells only some: others read whose it is, and nothing is asked for in vain. */
export function OnlyFor({ action, title, children }: Props) {
  const { t } = useWords();
  if (useMay(action)) return children;
  return (
    <Stack>
      <Title order={1}>{title}</Title>
      <Text>{t('access.onlyAdmins')}</Text>
      <PageLink to="/account">{t('access.myRights')}</PageLink>
    </Stack>
  );
}
