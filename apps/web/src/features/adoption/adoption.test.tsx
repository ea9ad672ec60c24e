import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

const group = { id: 'g1', name: 'Nightly', command: 'backup.exe', tasks: 2, hosts: 2, variants: 1, replaced: 0 };
const document = { kind: 'Job', name: 'nightly', schedule: '0 2 * * *' };

/** @param isAdopted whether somebody has adopted them since */
const network = (isAdopted = () => false) =>
  new FakeNetwork()
    .on(inventoryRoutes.groups, () => ({ items: [group], next: null }))
    .on(inventoryRoutes.group, () => ({
      ...group,
      replaced: isAdopted() ? 2 : 0,
      items: [],
      differences: [{ field: 'runAs', values: [{ value: 'SYSTEM', hosts: 2 }] }],
    }))
    .on(inventoryRoutes.plan, () => ({
      jobs: [
        {
          document,
          hosts: ['db-01', 'db-02'],
          notes: [{ code: 'history', message: 'its own history stays with the task' }],
        },
      ],
      refused: [],
    }))
    .on(jobRoutes.apply, () => ({
      dryRun: false,
      results: [{ kind: 'Job' as const, name: 'nightly', change: 'created' as const, version: 1, hosts: 2 }],
    }))
    .on(jobRoutes.assignments, () => ({ items: [], next: null }));

describe('adoption', () => {
  it('lists groups of similar tasks', async () => {
    renderApp('/adoption', network());
    expect(await screen.findByRole('link', { name: 'Nightly' })).toBeTruthy();
    expect(screen.getByText('0/2')).toBeTruthy();
  });

  it('shows what would be registered and what is not the same, and adopts only then', async () => {
    const asks = network();
    renderApp('/adoption?group=g1', asks);
    expect(await screen.findByText('its own history stays with the task')).toBeTruthy();
    expect(screen.getByText('nightly, for 2 hosts')).toBeTruthy();
    expect(asks.calls.some(({ route }) => route === 'POST /apply')).toBe(false);
    fireEvent.click(screen.getByRole('button', { name: 'Adopt as 1 job' }));
    expect(await screen.findByText('Progress by host')).toBeTruthy();
    expect(asks.calls.find(({ route }) => route === 'POST /apply')?.asked.body).toMatchObject({
      documents: [document],
    });
  });

  it('still tells how far it is when nothing is left to adopt', async () => {
    let isAdopted = false;
    renderApp(
      '/adoption?group=g1',
      network(() => isAdopted),
    );
    const adopt = await screen.findByRole('button', { name: 'Adopt as 1 job' });
    isAdopted = true;
    fireEvent.click(adopt);
    expect(await screen.findByText('0 of 0 registered')).toBeTruthy();
    await expect.poll(() => screen.queryByText('What would be registered')).toBeNull();
    expect(screen.getByText('Progress by host')).toBeTruthy();
  });

  it('offers nothing to whoever comes later', async () => {
    renderApp(
      '/adoption?group=g1',
      network(() => true),
    );
    expect(await screen.findByText('Tasks (2)')).toBeTruthy();
    expect(screen.queryByText('What would be registered')).toBeNull();
  });
});
