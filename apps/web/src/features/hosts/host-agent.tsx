import type { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Empty } from '../../components/empty.js';
import { Facts } from '../../components/facts.js';
import { FaultSaid } from '../../components/fault-said.js';
import { Loaded } from '../../components/loaded.js';
import { Section } from '../../components/section.js';
import { When } from '../../components/when.js';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import { HostIdentity } from './host-identity.js';

type Host = Response<typeof hostRoutes.get>;

/** The agent of a host: what it is, what it is offered, and what became of its last upgrade. */
export function HostAgent({ host }: { host: Host }) {
  const { t } = useWords();
  const upgrades = useQuery(query(upgradeRoutes.hosts, { host: host.name }, 15_000));
  return (
    <>
      <HostIdentity host={host.name} />
      <Section title={t('hosts.agent')}>
        <Stack>
          <Facts
            items={[
              [t('hosts.agentVersion'), host.agentVersion],
              [t('hosts.scheduler'), host.scheduler],
              [t('hosts.key'), <code key="key">{host.keyId}</code>],
              [t('hosts.enrolled'), <When key="enrolled" at={host.enrolledAt} zone={host.timezone} />],
            ]}
          />
          <Loaded query={upgrades}>
            {({ items: [upgrade] }) =>
              upgrade ? (
                <Facts
                  items={[
                    [t('upgrade.wanted'), upgrade.wanted ?? t('upgrade.none')],
                    [
                      t('upgrade.offer'),
                      upgrade.reason === null ? t('upgrade.offered') : t(`upgrade.reason.${upgrade.reason}`),
                    ],
                    [
                      t('upgrade.last'),
                      upgrade.last ? `${upgrade.last.version}: ${t(`upgrade.state.${upgrade.last.state}`)}` : '–',
                    ],
                    [
                      t('upgrade.said'),
                      upgrade.last && (upgrade.last.code || upgrade.last.message) ? (
                        <FaultSaid key="said" code={upgrade.last.code} message={upgrade.last.message} />
                      ) : (
                        '–'
                      ),
                    ],
                  ]}
                />
              ) : (
                <Empty text={t('upgrade.unknown')} />
              )
            }
          </Loaded>
        </Stack>
      </Section>
    </>
  );
}
