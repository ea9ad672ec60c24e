import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

const none = { total: 0 };
const overview = {
  at: '2026-11-23T08:00:00.000Z',
  version: '0.1.0',
  hosts: { ...none, online: 0, lagging: 0, offline: 0, inSync: 0 },
  jobs: { ...none, enabled: 0 },
  assignments: { ...none, applied: 0, pending: 0, failed: 0 },
  runs: { ...none, running: 0, succeeded: 0, warning: 0, bad: 0 },
  recentBad: [],
};
const show = (alertPath: { lastSuccessAt: string | null; tookMs: number | null; silentSince: string | null }) =>
  renderApp(
    '/',
    new FakeNetwork().on(sessionRoutes.overview, () => ({ ...overview, alertPath })),
  );

it('says when a test failure was told last, and how long that took', async () => {
  show({ lastSuccessAt: '2026-11-23T07:58:00.000Z', tookMs: 412, silentSince: null });
  expect(await screen.findByText(/Alerts work: a test failure was told after 412ms/)).toBeTruthy();
});

it('says loudly that nobody may be told', async () => {
  show({ lastSuccessAt: null, tookMs: null, silentSince: '2026-11-23T07:50:00.000Z' });
  expect((await screen.findByRole('alert')).textContent).toContain('Alerts may not arrive');
});
