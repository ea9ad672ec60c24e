import { auditRoutes } from '@carillon/contract/http/audit.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleJobDetail } from '../../testing/samples.js';

const row = {
  ...{ id: '7', at: '2026-11-24T05:00:00.000Z', actor: 'ann', kind: 'Job' as const, act: 'updated', what: 'nightly' },
  ...{ text: 'quieter', from: '10.0.0.1', via: 'session', given: null, chained: true },
  ...{ before: { owner: 'data', enabled: true }, after: { owner: 'ops', enabled: true } },
};
const network = () =>
  new FakeNetwork()
    .on(jobRoutes.get, () => sampleJobDetail())
    .on(rolloutRoutes.list, () => ({ items: [], next: null }))
    .on(auditRoutes.list, () => ({ items: [row], next: null }));

it('the page of a job has who did what to it, and how it was before', async () => {
  const asks = network();
  renderApp('/jobs/nightly?tab=audit', asks, () => ({ grants: ['viewer@all'] }));
  const table = await screen.findByRole('table', { name: 'Audit' }, { timeout: 10_000 });
  const [, first] = within(table).getAllByRole('row');
  for (const text of ['ann', 'quieter', '"owner": "data"', '"owner": "ops"'])
    expect(first?.textContent).toContain(text);
  expect(asks.calls.find(({ route }) => route === 'GET /audit')?.asked).toMatchObject({ job: 'nightly' });
});

it('who may not see everything is not shown the way to it', async () => {
  renderApp('/jobs/nightly', network(), () => ({ grants: ['operator@team:data'] }));
  expect(await screen.findByRole('tab', { name: 'Task' }, { timeout: 10_000 })).toBeTruthy();
  expect(screen.queryByRole('tab', { name: 'Audit' })).toBeNull();
});
