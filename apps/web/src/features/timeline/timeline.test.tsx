import { timelineRoutes } from '@carillon/contract/http/timeline.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { runId } from '../../testing/samples.js';
import type { TimelineRow } from './lay-out.js';

const now = Date.now();
const iso = (minutes: number) => new Date(now + minutes * 60_000).toISOString();

function row(change: Partial<TimelineRow> = {}): TimelineRow {
  return {
    name: 'db-01',
    runs: [{ id: runId, state: 'failed', job: 'nightly', host: 'db-01', startedAt: iso(-30), finishedAt: iso(-20) }],
    completeFrom: iso(-600),
    hours: [],
    misses: [{ verdict: 'missed', job: 'report', host: 'db-01', from: iso(-60), to: iso(-60), occurrences: 1 }],
    fires: [{ at: iso(30), job: 'nightly', hosts: 1 }],
    firesUntil: iso(600),
    pausedUntil: null,
    ...change,
  };
}
const network = (...items: TimelineRow[]) =>
  new FakeNetwork().on(timelineRoutes.rows, () => ({ now: iso(0), total: items.length, items }));
const asked = ({ calls }: FakeNetwork) => calls.filter(({ route }) => route === 'GET /timeline').at(-1)?.asked;
const chart = () => screen.findByRole('region', { name: 'Timeline' });

describe('the timeline', () => {
  it('shows what ran, what did not and what is to come, and leads to the run', async () => {
    const { history } = renderApp('/timeline', network(row()));
    expect(await screen.findByRole('link', { name: /^report: missed/ })).toBeTruthy();
    expect(screen.getByRole('link', { name: /^nightly: to come/ })).toBeTruthy();
    const run = screen.getByRole('link', { name: /^nightly: failed/ });
    expect(run.getAttribute('href')).toBe(`/runs/${runId}`);
    fireEvent.focus(run);
    expect((await screen.findByRole('tooltip')).textContent).toMatch(/failed.*nightly · db-01.*10m 00s/);
    fireEvent.click(run);
    await waitFor(() => expect(history.location.pathname).toBe(`/runs/${runId}`));
  });

  it('asks for the rows and the time of its address', async () => {
    const asks = network();
    renderApp('/timeline?by=job&zoom=24h&from=2026-11-27T00%3A00%3A00.000Z&host=db-01&bad=true', asks);
    expect(await screen.findByText('Nothing matches.')).toBeTruthy();
    expect(asked(asks)).toMatchObject({ by: 'job', host: 'db-01', bad: 'true', offset: '0' });
    expect(Date.parse(String(asked(asks)?.from))).toBeLessThanOrEqual(Date.parse('2026-11-26T12:00:00Z'));
    expect(Date.parse(String(asked(asks)?.to))).toBeGreaterThanOrEqual(Date.parse('2026-11-28T12:00:00Z'));
  });

  it('moves and zooms by keys, and comes back to now', async () => {
    const { history } = renderApp('/timeline?from=2026-11-27T12%3A00%3A00.000Z', network(row()));
    const search = () => new URLSearchParams(history.location.search);
    fireEvent.keyDown(await chart(), { key: 'ArrowRight', shiftKey: true });
    await waitFor(() => expect(search().get('from')).toContain('2026-11-27T18:00:00'));
    fireEvent.keyDown(await chart(), { key: '+' });
    await waitFor(() =>
      expect([search().get('zoom'), search().get('from')?.slice(0, 16)]).toEqual(['1h', '2026-11-27T20:30']),
    );
    fireEvent.keyDown(await chart(), { key: 'Home' });
    await waitFor(() => expect(search().get('from')).toBeNull());
  });

  it('goes where it is dragged to, and takes the end of a drag for no click', async () => {
    const { history } = renderApp('/timeline?from=2026-11-27T12%3A00%3A00.000Z', network(row({ runs: [] })));
    const mark = await screen.findByRole('link', { name: /to come/ });
    const pointer = { pointerId: 1, button: 0 };
    fireEvent.pointerDown(mark, { ...pointer, clientX: 500 });
    fireEvent.pointerMove(mark, { ...pointer, clientX: 660 });
    fireEvent.pointerUp(mark, { ...pointer, clientX: 660 });
    fireEvent.click(mark);
    // A sixth of the usual 960 pixels is a sixth of six hours.
    await waitFor(() => expect(history.location.search).toContain('2026-11-27T11%3A00%3A00'));
    expect(history.location.pathname).toBe('/timeline');
  });

  it('counts by the hour what cannot be drawn one by one, and looks closer when asked', async () => {
    const hours = [{ hour: iso(-90), total: 480, bad: 12 }];
    const { container, history } = renderApp('/timeline?zoom=24h', network(row({ hours, completeFrom: iso(-40) })));
    await chart();
    const hour = container.querySelector('[data-mark="hour 0"] rect') as Element;
    fireEvent.pointerOver(hour);
    expect((await screen.findByRole('tooltip')).textContent).toMatch(/480 runs.*12 went wrong/);
    fireEvent.click(hour);
    await waitFor(() => expect(history.location.search).toContain('zoom=6h'));
  });

  it('says why the server refuses', async () => {
    renderApp(
      '/timeline',
      new FakeNetwork().on(timelineRoutes.rows, () => refuse('forbidden')),
    );
    expect(
      await screen.findByText('Your account may not do this. The menu under your name tells what it may.'),
    ).toBeTruthy();
  });
});
