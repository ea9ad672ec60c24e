import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Response } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { mostTextsAtOnce } from '@carillon/core/approval/webauthn-text';
import { Anchor, Button, Code, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SecurityKeyFailure } from '../../components/security-key-failure.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { keysHere, shortHash, signApprovals, whyNoSecurityKeys } from '../../lib/security-key.js';
import { useOnce } from '../../lib/use-once.js';

interface ApproveSignedProps {
  readonly detail: Response<typeof requestRoutes.get>;
  readonly onSuccess: () => Promise<void>;
}

/** Approves with signatures of a security key, which hosts check by themselves: what is signed, by which key, and the touch. */
export function ApproveSigned({ detail, onSuccess }: ApproveSignedProps) {
  const { t } = useWords();
  const { number, planHash, toSign = [] } = detail;
  const me = useQuery(query(sessionRoutes.me, {}));
  const keys = useQuery(query(approvalRoutes.keys, {}));
  const own = keysHere(keys.data?.items ?? [], me.data?.name ?? '');
  const approve = useOnce({
    mutationFn: async () => {
      const signatures = await signApprovals(toSign, own);
      return call(requestRoutes.approve, { number, body: { planHash, signatures } });
    },
    onSuccess,
  });
  if (toSign.length === 0) return null;
  const no = whyNoSecurityKeys();
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        {t('securityKeys.signed')}
      </Title>
      <ToSign texts={toSign} />
      {no ? (
        <Text size="sm">{t(`securityKeys.no.${no}`)}</Text>
      ) : toSign.length > mostTextsAtOnce ? (
        <Text size="sm">{t('securityKeys.tooMany', { n: mostTextsAtOnce })}</Text>
      ) : keys.isSuccess && own.length === 0 ? (
        <Text size="sm">
          {t('securityKeys.noneYet')}{' '}
          <Anchor component={Link} to="/account" underline="always">
            {t('nav.own')}
          </Anchor>
        </Text>
      ) : (
        <>
          <Text size="sm">{t('securityKeys.compare')}</Text>
          {own.map(({ key, name, fingerprint }) => (
            <Text key={key} size="sm" className="wrap">
              {name} <Code>{fingerprint}</Code>
            </Text>
          ))}
          {approve.isError && <SecurityKeyFailure error={approve.error} />}
          <div>
            <Button disabled={own.length === 0} loading={approve.isPending} onClick={() => approve.mutate()}>
              {t('securityKeys.approve')}
            </Button>
          </div>
        </>
      )}
    </Stack>
  );
}

function ToSign({ texts }: { texts: readonly string[] }) {
  const { t } = useWords();
  const hashes = useQuery({
    queryKey: ['hashes', texts],
    queryFn: () => Promise.all(texts.map(shortHash)),
    enabled: window.isSecureContext,
  });
  return (
    <Table aria-label={t('securityKeys.signed')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('kind.job')}</Table.Th>
          <Table.Th>{t('securityKeys.hosts')}</Table.Th>
          <Table.Th>{t('securityKeys.hash')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {texts.map((text, index) => {
          const { name, version, hosts } = JSON.parse(text) as { name: string; version: number; hosts: string[] };
          return (
            <Table.Tr key={text}>
              <Table.Td className="wrap">
                {name} v{version}
              </Table.Td>
              <Table.Td className="wrap">{hosts.join(', ') || '–'}</Table.Td>
              <Table.Td>{hashes.data?.[index] ?? '–'}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
