import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useFailureText } from '../../components/failure-text.js';
import { useWords } from '../../i18n/index.js';
import { call, query } from '../../lib/api.js';

type Command = Response<typeof jobRoutes.command>;

const followMs = 500;
const hostsInMenu = 20;

/** Starts a job now, on all its hosts or on one, and tells what became of it. */
export function RunNow({ job }: { job: string }) {
  const { t } = useWords();
  const failureText = useFailureText();
  const follow = useCommandFollower();
  const hosts = useQuery(query(jobRoutes.assignments, { name: job, limit: hostsInMenu, state: 'applied' }, 10_000));
  const run = useMutation({
    mutationFn: (names: string[] | undefined) =>
      call(jobRoutes.run, { name: job, body: names ? { hosts: names } : {} }),
    onSuccess: ({ commands }) => {
      notifications.show({ message: t('jobs.runSent', { n: commands.length, job }) });
      for (const command of commands.slice(0, hostsInMenu)) void follow(command);
    },
    onError: (error) => notifications.show({ color: 'red', message: failureText(error) }),
  });
  const items = hosts.data?.items ?? [];
  if (items.length <= 1) {
    return (
      <Button loading={run.isPending} onClick={() => run.mutate(undefined)}>
        {t('jobs.runNow')}
      </Button>
    );
  }
  return (
    <Menu>
      <Menu.Target>
        <Button loading={run.isPending}>{t('jobs.runNow')}</Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        <Menu.Item onClick={() => run.mutate(undefined)}>
          {t('jobs.runNowAll', { n: hosts.data?.next ? `${items.length}+` : items.length })}
        </Menu.Item>
        <Menu.Divider />
        {items.map(({ host }) => (
          <Menu.Item key={host} onClick={() => run.mutate([host])}>
            {host}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Looks at a command until the host has answered or its life has ended. */
function useCommandFollower() {
  const { t } = useWords();
  const client = useQueryClient();
  return async (command: Command): Promise<void> => {
    let now = command;
    while (now.state === 'queued' || now.state === 'delivered' || now.state === 'accepted') {
      await new Promise((resolve) => setTimeout(resolve, followMs));
      now = await call(jobRoutes.command, { id: command.id }).catch(() => now);
      if (Date.now() > Date.parse(command.expiresAt) + 60_000) return;
    }
    const { host } = now;
    if (now.state === 'done') notifications.show({ color: 'teal', message: t('jobs.runStarted', { host }) });
    else
      notifications.show({
        color: 'red',
        message: t('jobs.runRefused', { host, message: now.message ?? now.state }),
        autoClose: 10_000,
      });
    await client.invalidateQueries({ queryKey: ['/runs'] });
  };
}
