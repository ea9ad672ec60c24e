import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { sampleOverview } from '../../testing/overview-sample.js';
import { renderApp } from '../../testing/render-app.js';

const show = (alertPath: { lastSuccessAt: string | null; tookMs: number | null; silentSince: string | null }) =>
  renderApp(
    '/',
    new FakeNetwork().on(sessionRoutes.overview, () => sampleOverview({ alertPath })),
  );

it('says when a test failure was told last, and how long that took', async () => {
  show({ lastSuccessAt: '2026-11-23T07:58:00.000Z', tookMs: 412, silentSince: null });
  expect(await screen.findByText(/Alerts work: a test failure was told after 412ms/)).toBeTruthy();
});

it('says loudly that nobody may be told', async () => {
  show({ lastSuccessAt: null, tookMs: null, silentSince: '2026-11-23T07:50:00.000Z' });
  expect((await screen.findByRole('alert')).textContent).toContain('Alerts may not arrive');
});
