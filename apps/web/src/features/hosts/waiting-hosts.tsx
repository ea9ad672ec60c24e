import { admissionRoutes } from '@carillon/contract/http/admission.routes';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Dialog } from '../../components/dialog.js';
import { Failure } from '../../components/failure.js';
import { HostLink } from '../../components/links.js';
import { Section } from '../../components/section.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';

type Host = Response<typeof hostRoutes.list>['items'][number];

/** Hosts that have joined and that nobody has let in yet; nothing where there are none. */
export function WaitingHosts() {
  const { t } = useWords();
  const waiting = useQuery(query(hostRoutes.list, { state: 'pending', limit: 50 }, 10_000));
  const hosts = waiting.data?.items.filter(({ state }) => state === 'pending') ?? [];
  if (hosts.length === 0) return null;
  return (
    <Section title={t('admission.waiting')}>
      <Stack gap="sm">
        <Text size="sm">{t('admission.compare')}</Text>
        {hosts.map((host) => (
          <Waiting key={host.id} host={host} />
        ))}
      </Stack>
    </Section>
  );
}

function Waiting({ host: { name, keyFingerprint = '', joinedFrom } }: { host: Host }) {
  const { t } = useWords();
  const client = useQueryClient();
  const may = useMay('host.enrol');
  const [asks, { open, close }] = useDisclosure();
  const onSuccess = () => client.invalidateQueries({ queryKey: [hostRoutes.list.path] });
  const approve = useOnce({
    // Of the key that stands here: if it is another one by now, nothing is done.
    mutationFn: () => call(admissionRoutes.approve, { name, body: { fingerprint: keyFingerprint } }),
    onSuccess,
  });
  const refuse = useOnce({ mutationFn: () => call(admissionRoutes.refuse, { name }), onSuccess });
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Group gap="sm">
          <HostLink name={name} />
          <Code>{keyFingerprint}</Code>
          {joinedFrom && (
            <Text size="sm" c="dimmed">
              {t('admission.from', { address: joinedFrom })}
            </Text>
          )}
        </Group>
        {may && (
          <Group gap="xs">
            <Button size="xs" loading={approve.isPending} onClick={() => approve.mutate()}>
              {t('admission.approve')}
            </Button>
            <Button size="xs" variant="default" onClick={open}>
              {t('admission.refuse')}
            </Button>
          </Group>
        )}
      </Group>
      {approve.isError && <Failure error={approve.error} />}
      <Dialog opened={asks} onClose={close} title={t('admission.refuseSure', { name })}>
        <Stack gap="sm">
          <Text size="sm">{t('admission.refuseMeans')}</Text>
          {refuse.isError && <Failure error={refuse.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close} data-autofocus>
              {t('bulk.not')}
            </Button>
            <Button color="red" loading={refuse.isPending} onClick={() => refuse.mutate()}>
              {t('admission.refuse')}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </Stack>
  );
}
