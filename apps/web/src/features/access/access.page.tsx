import { accessTokenRoutes, accountRoutes, signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { Stack, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Empty } from '../../components/empty.js';
import { OnlyFor } from '../../components/only-for.js';
import { PagedTable } from '../../components/paged-table.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { pagedQuery } from '../../lib/api.js';
import { useTitle } from '../../lib/use-title.js';
import { AccountRow } from './account-row.js';
import { AddAccount } from './add-account.js';
import { SessionRow, useSessionHead } from './session-row.js';
import { TokenRow, useTokenHead } from './token-row.js';

/** Who may sign in and what they may do; for who administers access. */
export function AccessPage() {
  const { t } = useWords();
  useTitle(t('nav.access'));
  return (
    <OnlyFor action="access.manage" title={t('nav.access')}>
      <Access />
    </OnlyFor>
  );
}

function Access() {
  const { t } = useWords();
  const accounts = useInfiniteQuery(pagedQuery(accountRoutes.list, {}));
  const known = accounts.data?.pages.flatMap(({ items }) => items) ?? [];
  const tokens = useInfiniteQuery(pagedQuery(accessTokenRoutes.list, {}));
  const sessions = useInfiniteQuery(pagedQuery(signedInRoutes.list, {}));
  const tokenHead = useTokenHead();
  const sessionHead = useSessionHead();
  const head = ['name', 'state', 'signedIn', 'grants'] as const;
  return (
    <Stack>
      <Title order={1}>{t('nav.access')}</Title>
      <Section title={t('access.people')}>
        <PagedTable
          query={accounts}
          csv={{ name: 'accounts', route: accountRoutes.list, request: {} }}
          label={t('access.people')}
          head={[...head.map((word) => t(`access.${word}`)), '']}
          row={(account) => <AccountRow key={account.name} account={account} accounts={known} />}
          empty={<Empty text={t('access.none')} />}
        />
        <AddAccount />
      </Section>
      <Section title={t('access.tokens')}>
        <PagedTable
          query={tokens}
          csv={{ name: 'tokens', route: accessTokenRoutes.list, request: {} }}
          label={t('access.tokens')}
          head={tokenHead}
          row={(token) => <TokenRow key={token.id} token={token} />}
          empty={<Empty text={t('access.noTokens')} />}
        />
      </Section>
      <Section title={t('access.sessions')}>
        <PagedTable
          query={sessions}
          csv={{ name: 'sessions', route: signedInRoutes.list, request: {} }}
          label={t('access.sessions')}
          head={sessionHead}
          row={(session) => <SessionRow key={session.id} session={session} />}
          empty={null}
        />
      </Section>
    </Stack>
  );
}
