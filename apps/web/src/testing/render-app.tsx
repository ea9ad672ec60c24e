import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { createMemoryHistory } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { App } from '../app/app.js';
import { FakeNetwork } from './fake-network.js';

/** The whole dashboard at an address, for somebody who is signed in. */
export function renderApp(path: string, network = new FakeNetwork()) {
  network.on(sessionRoutes.me, () => ({
    name: 'admin',
    via: 'session' as const,
    expiresAt: '2026-11-24T08:00:00.000Z',
  }));
  const history = createMemoryHistory({ initialEntries: [path] });
  return { network, history, ...render(<App history={history} />) };
}
