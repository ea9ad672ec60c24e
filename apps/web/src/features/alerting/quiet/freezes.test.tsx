import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { quietRoutes } from '@carillon/contract/http/quiet.routes';
import type { Response } from '@carillon/contract/http/route';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FakeNetwork } from '../../../testing/fake-network.js';
import { renderApp } from '../../../testing/render-app.js';

type Freeze = Response<typeof quietRoutes.list>['items'][number];

const freeze = (name: string, changes: Partial<Freeze>): Freeze => ({
  ...{ name, description: '', match: [], reason: 'closing', by: 'Ann', state: 'active', recurs: false, mutes: null },
  ...{ from: '2026-12-20T00:00:00.000Z', until: '2027-01-04T06:00:00.000Z', updatedAt: '2026-12-01T00:00:00.000Z' },
  ...changes,
});

it('freezes are told by what they cover and when, and go after a question, as they came', async () => {
  let items = [
    freeze('Year end', { match: ['job payroll-*', 'env=prod'] }),
    freeze('Friday', { state: 'coming', reason: '' }),
  ];
  const written = { kind: 'Freeze', name: 'Year end', reason: 'closing', covers: { jobs: ['payroll-*'] } };
  const network = new FakeNetwork()
    .on(quietRoutes.list, () => ({ items, next: null }))
    .on(alertDocumentRoutes.get, ({ name }) => ({
      ...{ kind: 'Freeze' as const, name, spec: { name }, written, author: 'Ann' },
      ...{ updatedAt: '2026-12-01T00:00:00.000Z', usedBy: [] },
    }))
    .on(alertDocumentRoutes.remove, ({ name }) => {
      items = items.filter((one) => one.name !== name);
      return { kind: 'Freeze' as const, name };
    })
    .on(alertDocumentRoutes.put, () => {
      items = [freeze('Year end', {}), ...items];
      return { kind: 'Freeze', name: 'Year end', change: 'created' as const };
    });
  renderApp('/alerting/freezes', network);

  const table = await screen.findByRole('table', { name: 'Freezes' });
  expect(
    within(table)
      .getAllByRole('columnheader')
      .map(({ textContent }) => textContent),
  ).not.toContain('Mutes now');
  const [, yearEnd, friday] = within(table).getAllByRole('row');
  for (const text of ['Year end', 'closing', 'active', 'job payroll-* env=prod', 'Ann'])
    expect(yearEnd?.textContent).toContain(text);
  expect(friday?.textContent).toContain('everything');
  const listed = network.calls.find(({ route }) => route === 'GET /quiet-times');
  expect(listed?.asked).toMatchObject({ kind: 'Freeze' });
  // It is no quiet time that could be ended with a click.
  expect(within(table).queryByRole('button', { name: 'End now' })).toBeNull();

  const remove = screen.getByRole('button', { name: 'Delete Year end' });
  remove.focus();
  fireEvent.click(remove);
  const question = await screen.findByRole('dialog', { name: 'Delete Year end?' });
  expect(network.calls.some(({ route }) => route.startsWith('DELETE'))).toBe(false);
  fireEvent.click(within(question).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(within(table).queryByText('Year end')).toBeNull());
  // The button that was pressed is gone with its row.
  await waitFor(() => expect(document.activeElement?.closest('#main')).toBeTruthy());
  fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
  expect(await within(table).findByText('Year end')).toBeTruthy();
  const put = network.calls.find(({ route }) => route.startsWith('PUT'))?.asked;
  expect(put).toMatchObject({ kind: 'Freeze', name: 'Year end', expect: 'none', body: { covers: written.covers } });
});

it('without any the page says how one is written', async () => {
  renderApp(
    '/alerting/freezes',
    new FakeNetwork().on(quietRoutes.list, () => ({ items: [], next: null })),
  );
  expect(await screen.findByText('No freeze is planned.')).toBeTruthy();
  expect(screen.getByText('carillon apply -f examples/changes/freeze.yaml')).toBeTruthy();
});
