import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Group, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ExportRows } from '../../components/export-button.js';
import { Failure } from '../../components/failure.js';
import { FormDialog } from '../../components/form-dialog.js';
import { Labels } from '../../components/labels.js';
import { Loaded } from '../../components/loaded.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { useOnce } from '../../lib/use-once.js';

type Token = Response<typeof hostRoutes.tokens>['items'][number];

/** The tokens with which hosts may join, without their secrets. */
export function JoinTokens() {
  const { t } = useWords();
  return (
    <FormDialog
      title={t('admission.tokens')}
      size="lg"
      button={(open) => (
        <Button variant="default" onClick={open}>
          {t('admission.tokens')}
        </Button>
      )}
    >
      {() => <TokenList />}
    </FormDialog>
  );
}

function TokenList() {
  const { t } = useWords();
  const tokens = useQuery(query(hostRoutes.tokens, { limit: 50 }));
  return (
    <Loaded query={tokens}>
      {({ items }) =>
        items.length === 0 ? (
          <Text size="sm">{t('admission.noTokens')}</Text>
        ) : (
          <>
            <Table>
              <Table.Tbody>
                {items.map((token) => (
                  <TokenRow key={token.id} token={token} />
                ))}
              </Table.Tbody>
            </Table>
            <ExportRows name="join-tokens" rows={items} />
          </>
        )
      }
    </Loaded>
  );
}

function TokenRow({ token }: { token: Token }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const { id, uses, used, revoked, expiresAt, labels, addresses, hostNames, needsApproval } = token;
  const isOpen = !revoked && used < uses && Date.parse(expiresAt) > Date.now();
  const revoke = useOnce({
    mutationFn: () => call(hostRoutes.revokeToken, { id }),
    onSuccess: () => client.invalidateQueries({ queryKey: [hostRoutes.tokens.path] }),
  });
  const bounds = [...addresses, ...(hostNames === null ? [] : [hostNames])];
  return (
    <Table.Tr>
      <Table.Td>
        {t(isOpen ? 'admission.token.open' : 'admission.token.over')} · {t('admission.used', { used, uses })}
        <Text size="xs" c="dimmed">
          <When at={expiresAt} />
        </Text>
      </Table.Td>
      <Table.Td className="wrap">
        <Labels labels={labels} />
        {bounds.length > 0 && <Text size="xs">{bounds.join(', ')}</Text>}
        {needsApproval && <Text size="xs">{t('admission.needsApproval')}</Text>}
      </Table.Td>
      <Table.Td className="wrap" maw={240}>
        {isOpen && !isAsked && (
          <Button size="xs" variant="default" onClick={() => setAsked(true)}>
            {t('admission.revoke')}
          </Button>
        )}
        {isOpen && isAsked && (
          <>
            <Text size="xs" role="status">
              {t('admission.revokeMeans')}
            </Text>
            <Group gap={6} mt={4} wrap="nowrap">
              <Button size="xs" variant="default" autoFocus onClick={() => setAsked(false)}>
                {t('bulk.not')}
              </Button>
              <Button size="xs" color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
                {t('admission.revoke')}
              </Button>
            </Group>
          </>
        )}
        {revoke.isError && <Failure error={revoke.error} />}
      </Table.Td>
    </Table.Tr>
  );
}
