import { admissionRoutes } from '@carillon/contract/http/admission.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Facts } from '../../components/facts.js';
import { Failure } from '../../components/failure.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';
import { useMay } from '../../lib/use-may.js';
import { useOnce } from '../../lib/use-once.js';

type Identity = Response<typeof admissionRoutes.identity>;

/** By which a host is known, and who else came as this host. */
export function HostIdentity({ host }: { host: string }) {
  const { t } = useWords();
  const identity = useQuery(query(admissionRoutes.identity, { name: host }, 15_000));
  return (
    <Section title={t('admission.identity')}>
      <Loaded query={identity}>{(found) => <Details identity={found} />}</Loaded>
    </Section>
  );
}

function Details({ identity }: { identity: Identity }) {
  const { t } = useWords();
  const { name, state, keyFingerprint, keySince, keyWanted, joinedFrom, copies } = identity;
  const client = useQueryClient();
  const may = useMay('host.enrol');
  const onSuccess = () => client.invalidateQueries({ queryKey: [admissionRoutes.identity.path] });
  const rotate = useOnce({ mutationFn: () => call(admissionRoutes.rotateKey, { name }), onSuccess });
  return (
    <Stack>
      <Facts
        items={[
          [t('admission.key'), <code key="key">{keyFingerprint}</code>],
          [t('admission.keySince'), <When key="since" at={keySince} />],
          [t('admission.joinedFrom'), joinedFrom ?? '–'],
        ]}
      />
      {keyWanted && <Text size="sm">{t('admission.rotating')}</Text>}
      {may && state === 'active' && !keyWanted && (
        <Group>
          <Button size="xs" variant="default" loading={rotate.isPending} onClick={() => rotate.mutate()}>
            {t('admission.rotate')}
          </Button>
        </Group>
      )}
      {rotate.isError && <Failure error={rotate.error} />}
      {copies.length > 0 && <Copies host={name} copies={copies} onKept={onSuccess} />}
    </Stack>
  );
}

function Copies({ host, copies, onKept }: { host: string; copies: Identity['copies']; onKept: () => Promise<void> }) {
  const { t } = useWords();
  const may = useMay('host.enrol');
  const keep = useOnce({
    mutationFn: (instance: string) => call(admissionRoutes.keepCopy, { name: host, instance }),
    onSuccess: onKept,
  });
  return (
    <Stack gap="xs">
      <Text fw={500}>{t('admission.copies')}</Text>
      <Text size="sm">{t('admission.copiesMean')}</Text>
      {copies.map(({ instance, hostname, machine, state, lastSeenAt }) => (
        <Group key={instance} justify="space-between">
          <Text size="sm">
            {hostname} · {t('admission.machine')} <code>{machine}</code> · {t(`admission.copy.${state}`)} ·{' '}
            <When at={lastSeenAt} ago />
          </Text>
          {may && state !== 'current' && (
            <Button size="xs" variant="default" loading={keep.isPending} onClick={() => keep.mutate(instance)}>
              {t('admission.keep')}
            </Button>
          )}
        </Group>
      ))}
      {keep.isError && <Failure error={keep.error} />}
    </Stack>
  );
}
