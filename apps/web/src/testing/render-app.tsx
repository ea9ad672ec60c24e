import type { Response } from '@carillon/contract/http/route';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { createMemoryHistory } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { App } from '../app/app.js';
import { FakeNetwork, Refusal } from './fake-network.js';

type Me = Response<typeof sessionRoutes.me>;

/** The whole dashboard at an address, for somebody who is signed in. @param also what else is known of him at each look, or why nothing is */
export function renderApp(path: string, network = new FakeNetwork(), also: () => Partial<Me> | Refusal = () => ({})) {
  network.on(sessionRoutes.me, () => {
    const more = also();
    if (more instanceof Refusal) return more;
    return { name: 'admin', via: 'session' as const, expiresAt: '2026-11-24T08:00:00.000Z', ...more };
  });
  const history = createMemoryHistory({ initialEntries: [path] });
  return { network, history, ...render(<App history={history} />) };
}
