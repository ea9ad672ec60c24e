import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FakeNetwork } from '../../../testing/fake-network.js';
import { renderApp } from '../../../testing/render-app.js';

const updatedAt = '2026-11-23T02:00:00.000Z';
const secret = (name: string, usedBy: string[]) => ({ name, usedBy, author: 'w.li', updatedAt });

it('secrets are told by name and use, take another value, and go where nothing uses them', async () => {
  let items = [secret('mail-password', ['Email', 'subscription helpdesk']), secret('old', [])];
  const network = new FakeNetwork()
    .on(channelRoutes.secrets, () => ({ items, next: null }))
    .on(channelRoutes.list, () => ({ items: [], next: null }))
    .on(subscriptionRoutes.list, () => ({ items: [], next: null }))
    .on(channelRoutes.setSecret, ({ body }) => ({ name: body.name }))
    .on(channelRoutes.removeSecret, ({ name }) => {
      items = items.filter((one) => one.name !== name);
      return { name };
    });
  renderApp('/alerting/secrets', network);

  const table = await screen.findByRole('table', { name: 'Secrets' });
  expect(within(table).getByRole('link', { name: 'Email' }).getAttribute('href')).toContain('name=Email');
  expect(within(table).getByRole('link', { name: 'Subscription helpdesk' })).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Delete mail-password' })).toBeNull();

  fireEvent.click(screen.getByRole('button', { name: 'Set another value of mail-password' }));
  const value = await screen.findByLabelText('Value');
  expect(value.getAttribute('type')).toBe('password');
  expect((value as HTMLInputElement).value).toBe('');
  fireEvent.change(value, { target: { value: 'hunter2' } });
  fireEvent.click(await screen.findByRole('button', { name: 'Hand over' }));
  expect(await screen.findByText(/^mail-password is kept/)).toBeTruthy();
  const handed = network.calls.filter(({ route }) => route === 'POST /secrets').map(({ asked }) => asked);
  expect(handed).toEqual([{ body: { name: 'mail-password', value: 'hunter2' } }]);
  expect(document.body.innerHTML).not.toContain('hunter2');

  fireEvent.click(screen.getByRole('button', { name: 'Delete old' }));
  fireEvent.click(
    within(await screen.findByRole('dialog', { name: 'Delete old?' })).getByRole('button', { name: 'Delete' }),
  );
  await waitFor(() => expect(within(table).queryByText('old')).toBeNull());
});

it('secrets of jobs and accounts tell their jobs and hosts, and take a value that is shown to nobody', async () => {
  const hosts = { total: 2, waiting: 0, stored: 0, verified: 1, own: 0, failed: 1 };
  const account = {
    ...{
      purpose: 'account' as const,
      name: 'CORP\\etl',
      version: 3,
      description: '',
      jobs: ['etl-*'],
      expiresAt: null,
    },
    ...{ author: 'w.li', updatedAt, usedBy: ['etl-load', 'nightly'], notFor: ['nightly'], hosts },
  };
  const network = new FakeNetwork()
    .on(channelRoutes.secrets, () => ({ items: [], next: null }))
    .on(channelRoutes.list, () => ({ items: [], next: null }))
    .on(subscriptionRoutes.list, () => ({ items: [], next: null }))
    .on(jobSecretRoutes.list, ({ purpose }) => ({ items: purpose === 'account' ? [account] : [], next: null }))
    .on(jobSecretRoutes.set, () => account)
    .on(jobSecretRoutes.hosts, () => ({
      items: [
        {
          host: 'DB02',
          jobs: ['etl-load'],
          state: 'failed' as const,
          version: 3,
          code: 'x',
          message: 'wrong password',
          updatedAt,
        },
      ],
      next: null,
    }));
  renderApp('/alerting/secrets', network);

  const table = await screen.findByRole('table', { name: 'Accounts of jobs' });
  expect(within(table).getByText('1 of 2')).toBeTruthy();
  expect(within(table).getByText('1 failed')).toBeTruthy();
  expect(within(table).getByText('not for it')).toBeTruthy();
  fireEvent.click(within(table).getByRole('button', { name: 'Hosts of CORP\\etl' }));
  expect(await screen.findByText(/wrong password/)).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Close' }));
  // While it fades what comes next is hidden behind it.
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

  fireEvent.click(within(table).getByRole('button', { name: 'Set another value of CORP\\etl' }));
  const password = await screen.findByLabelText('Password');
  expect(password.getAttribute('type')).toBe('password');
  fireEvent.change(password, { target: { value: 'hunter2' } });
  fireEvent.click(await screen.findByRole('button', { name: 'Hand over' }));
  await waitFor(() => expect(screen.queryByLabelText('Password')).toBeNull());
  const handed = network.calls.filter(({ route }) => route === 'POST /job-secrets').map(({ asked }) => asked);
  expect(handed).toEqual([
    { body: { purpose: 'account', name: 'CORP\\etl', jobs: ['etl-*'], value: 'hunter2', expiresAt: null } },
  ]);
  expect(document.body.innerHTML).not.toContain('hunter2');
});
