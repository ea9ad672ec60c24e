import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import type { Input } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { mostTextsAtOnce } from '@carillon/core/approval/webauthn-text';
import { Anchor, Button, Code, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useWords } from '../i18n/index.js';
import { query } from '../lib/api.js';
import { keysHere, shortHash, signApprovals, whyNoSecurityKeys } from '../lib/security-key.js';
import { useOnce } from '../lib/use-once.js';
import { SecurityKeyFailure } from './security-key-failure.js';

type Signed = Input<typeof approvalRoutes.sign>['body'];

interface SignWithKeyProps {
  /** Of approvals, one for each definition. */
  readonly texts: readonly string[];
  /** What the button says. */
  readonly label: string;
  /** Hands in what was signed. */
  readonly onSigned: (signatures: readonly Signed[]) => Promise<unknown>;
  readonly onSuccess: () => Promise<void>;
}

/** What is signed, by which key, and the touch; hosts check it by themselves. */
export function SignWithKey({ texts, label, onSigned, onSuccess }: SignWithKeyProps) {
  const { t } = useWords();
  const me = useQuery(query(sessionRoutes.me, {}));
  const keys = useQuery(query(approvalRoutes.keys, {}));
  const own = keysHere(keys.data?.items ?? [], me.data?.name ?? '');
  const sign = useOnce({ mutationFn: async () => onSigned(await signApprovals(texts, own)), onSuccess });
  const no = whyNoSecurityKeys();
  return (
    <Stack gap="xs">
      <ToSign texts={texts} />
      {no ? (
        <Text size="sm">{t(`securityKeys.no.${no}`)}</Text>
      ) : texts.length > mostTextsAtOnce ? (
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
          {sign.isError && <SecurityKeyFailure error={sign.error} />}
          <div>
            <Button disabled={own.length === 0} loading={sign.isPending} onClick={() => sign.mutate()}>
              {label}
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
    <Table.ScrollContainer minWidth={480}>
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
    </Table.ScrollContainer>
  );
}
