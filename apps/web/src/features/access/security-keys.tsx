import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import { Alert, Button, Code, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Ask } from '../../components/ask.js';
import { ExportRows } from '../../components/export-button.js';
import { Failure } from '../../components/failure.js';
import { Section } from '../../components/section.js';
import { SecurityKeyFailure } from '../../components/security-key-failure.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { type ApproverKey, keysHere, makeSecurityKey, whyNoSecurityKeys } from '../../lib/security-key.js';
import { useOnce } from '../../lib/use-once.js';

/** Keys with which somebody approves: those of the command line, and security keys, which are made here. */
export function SecurityKeys({ owner }: { owner: string }) {
  const { t } = useWords();
  const found = useQuery(query(approvalRoutes.keys, {}));
  const own = found.data?.items.filter((key) => key.owner.toLowerCase() === owner.toLowerCase()) ?? [];
  const no = whyNoSecurityKeys();
  return (
    <Section title={t('securityKeys.title')}>
      <Stack gap="sm">
        <Text size="sm">{t('securityKeys.text')}</Text>
        {found.isError && <Failure error={found.error} />}
        {own.length > 0 && <Keys keys={own} />}
        {no ? (
          <Alert color="gray" variant="light">
            {t(`securityKeys.no.${no}`)}
          </Alert>
        ) : (
          <NewKey owner={owner} known={keysHere(own, owner)} />
        )}
      </Stack>
    </Section>
  );
}

function Keys({ keys }: { keys: readonly ApproverKey[] }) {
  const { t } = useWords();
  const head = ['access.name', 'securityKeys.fingerprint', 'securityKeys.kind', 'access.since'] as const;
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label={t('securityKeys.title')}>
          <Table.Thead>
            <Table.Tr>
              {head.map((word) => (
                <Table.Th key={word}>{t(word)}</Table.Th>
              ))}
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.map((key) => (
              <Row key={key.key} of={key} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ExportRows name="security-keys" rows={keys} />
    </>
  );
}

function Row({ of: { name, fingerprint, credentialId, createdAt } }: { of: ApproverKey }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const remove = useOnce({
    mutationFn: () => call(approvalRoutes.removeKey, { key: fingerprint }),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <Table.Tr>
      <Table.Td className="wrap">{name}</Table.Td>
      <Table.Td className="wrap">
        <Code>{fingerprint}</Code>
      </Table.Td>
      <Table.Td>{t(credentialId ? 'securityKeys.ofBrowser' : 'securityKeys.ofCommandLine')}</Table.Td>
      <Table.Td>
        <When at={createdAt} />
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={t('securityKeys.removeNamed', { name })}
          onClick={() => setAsked(true)}
        >
          {t('securityKeys.remove')}
        </Button>
        <Ask
          opened={isAsked}
          title={t('securityKeys.askRemove', { name })}
          act={t('securityKeys.remove')}
          danger
          pending={remove.isPending}
          error={remove.error}
          onAct={() => remove.mutate()}
          onClose={() => setAsked(false)}
        >
          <Text size="sm">{t('securityKeys.removeMeans')}</Text>
        </Ask>
      </Table.Td>
    </Table.Tr>
  );
}

function NewKey({ owner, known }: { owner: string; known: readonly ApproverKey[] }) {
  const { t } = useWords();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const make = useOnce({
    mutationFn: async () => {
      const { fingerprint, ...made } = await makeSecurityKey(owner, known);
      await call(approvalRoutes.addKey, { body: { ...made, name: name.trim() } });
      return { fingerprint };
    },
    onSuccess: () => {
      setName('');
      return client.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {make.isError && <SecurityKeyFailure error={make.error} />}
        {make.data && (
          <Alert color="green" variant="light" role="status">
            <Text size="sm">{t('securityKeys.made')}</Text>
            <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
              {`carillon-agent policy require-approvals 1 ${make.data.fingerprint}=${owner}`}
            </Code>
          </Alert>
        )}
        <Group align="end">
          <TextInput
            label={t('securityKeys.name')}
            description={t('securityKeys.nameHint')}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>
            {t('securityKeys.make')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
