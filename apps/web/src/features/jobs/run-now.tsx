import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { Button, Menu } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useWords } from '../../i18n/index.js';
import { query } from '../../lib/api.js';
import type { RunNowAct } from './use-run-now.js';

const hostsInMenu = 20;

/** Starts a job now, on all its hosts or on one. */
export function RunNow({ job, act }: { job: string; act: RunNowAct }) {
  const { t } = useWords();
  const hosts = useQuery(query(jobRoutes.assignments, { name: job, limit: hostsInMenu, state: 'applied' }, 10_000));
  const items = hosts.data?.items ?? [];
  const button = (
    <Button loading={act.isPending} {...(items.length > 1 ? {} : { onClick: () => act.mutate(undefined) })}>
      {t('jobs.runNow')}
    </Button>
  );
  if (items.length <= 1) return button;
  return (
    <Menu>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        <Menu.Item onClick={() => act.mutate(undefined)}>
          {t('jobs.runNowAll', { n: hosts.data?.next ? `${items.length}+` : items.length })}
        </Menu.Item>
        <Menu.Divider />
        {items.map(({ host }) => (
          <Menu.Item key={host} onClick={() => act.mutate([host])}>
            {host}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
