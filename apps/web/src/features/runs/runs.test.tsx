import { runRoutes } from '@carillon/contract/http/runs.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleRun } from '../../testing/samples.js';

describe('the runs page', () => {
  it('takes its filter from the address and writes it there', async () => {
    const asked: unknown[] = [];
    const network = new FakeNetwork().on(runRoutes.list, (request) => {
      asked.push(request);
      return { items: [], next: null };
    });
    const { history } = renderApp('/runs?bad=true&job=etl&state=nonsense', network);
    expect(await screen.findByText('No run matches.')).toBeTruthy();
    expect(asked).toEqual([{ bad: 'true', job: 'etl' }]);
    fireEvent.change(screen.getByLabelText('Host'), { target: { value: 'db-01' } });
    await waitFor(() => expect(asked).toContainEqual({ bad: 'true', job: 'etl', host: 'db-01' }));
    fireEvent.click(screen.getByLabelText('Only bad ones'));
    await waitFor(() => expect(history.location.search).toBe('?job=etl&host=db-01'));
  });
});

describe('a run whose program was never started', () => {
  it('says why in the list', async () => {
    const run = sampleRun({ state: 'skipped', reason: 'condition_cpu', detail: 'CPU at 93 %, expected below 70 %' });
    renderApp(
      '/runs',
      new FakeNetwork().on(runRoutes.list, () => ({ items: [run], next: null })),
    );
    const why = await screen.findByText('The processors were too busy.');
    expect(why.getAttribute('title')).toBe('CPU at 93 %, expected below 70 %');
  });
});

describe('an address with nothing behind it', () => {
  it('is named in words when a run does not exist', async () => {
    const network = new FakeNetwork().on(runRoutes.get, () => refuse('not_found', { kind: 'run', name: 'x' }));
    renderApp('/runs/x', network);
    expect((await screen.findByRole('alert')).textContent).toContain('There is no run “x”.');
  });

  it('leads back when there is no such page', async () => {
    renderApp('/nowhere');
    expect(await screen.findByText('There is no such page.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Overview' })).toBeTruthy();
  });
});
