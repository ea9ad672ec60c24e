import { loadRoutes } from '@carillon/contract/http/load.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { midnight } from './heat-grid.js';

const from = new Date(midnight(Date.now())).toISOString();
const hours = Array.from({ length: 192 }, (_, hour) => (hour === 26 ? 300 : 0));
const at = (minute: number, hosts: number) => Array.from({ length: 60 }, (_, each) => (each === minute ? hosts : 0));
const none = at(0, 0);
const backup = { job: 'backup', starts: at(0, 300), spreadMinutes: 0, roomMinutes: 59, canShift: true };

const network = () =>
  new FakeNetwork()
    .on(loadRoutes.expected, () => ({ from, hours, omitted: [] }))
    .on(runRoutes.hours, () => ({
      from,
      to: from,
      items: [{ hour: from, total: 8, states: { succeeded: 6, failed: 2 }, meanDurationMs: 5 }],
    }))
    .on(loadRoutes.hour, ({ from: asked }) => ({
      from: asked,
      fixed: none,
      jobs: [backup],
      started: at(3, 8),
      bad: at(3, 2),
      omitted: [],
    }));

describe('the heatmap', () => {
  it('opens the fullest hour, says what would flatten it and from what to what', async () => {
    const asks = network();
    renderApp('/heatmap', asks);
    expect(await screen.findByText('This hour could be flatter')).toBeTruthy();
    expect(screen.getByText('spread its hosts over 45 minutes (jitter)')).toBeTruthy();
    expect(screen.getByText('6.7')).toBeTruthy();
    const fullest = await screen.findByRole('link', { name: /02:00: 300 starts/ });
    expect(fullest.getAttribute('aria-current')).toBe('true');
    const asked = asks.calls.find(({ route }) => route === 'GET /load/hour')?.asked.from;
    expect(asked).toBe(new Date(midnight(Date.now(), 1) + 2 * 3_600_000).toISOString());
  });

  it('looks closer at the hour that is chosen, and keeps it in the address', async () => {
    const { history } = renderApp('/heatmap', network());
    const [quiet] = await screen.findAllByRole('link', { name: /05:00: 0 starts/ });
    fireEvent.click(quiet as Element);
    await waitFor(() => expect(history.location.search).toContain('hour='));
  });

  it('counts what ran, and what of it went wrong', async () => {
    renderApp('/heatmap?view=past&job=backup&label=role%3Ddb', network());
    expect(await screen.findByRole('link', { name: /00:00: 8 starts, 2 went wrong/ })).toBeTruthy();
    expect(await screen.findByRole('group', { name: '8 starts' })).toBeTruthy();
    const wrong = await screen.findByRole('link', { name: '2 went wrong' });
    expect(decodeURIComponent(wrong.getAttribute('href') ?? '')).toMatch(
      /^\/runs\?job=backup&label=role=db&since=.*&until=.*&bad=true$/,
    );
    expect(screen.queryByText('This hour could be flatter')).toBeNull();
  });

  it('says what was too much to be counted', async () => {
    renderApp(
      '/heatmap',
      network().on(loadRoutes.expected, () => ({ from, hours, omitted: ['chatty'] })),
    );
    expect(await screen.findByText(/Not counted: chatty/)).toBeTruthy();
  });
});
