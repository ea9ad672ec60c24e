import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../testing/fake-network.js';
import { renderApp } from '../testing/render-app.js';

async function signOut(answer: { signedOut: boolean; provider?: string }) {
  const network = new FakeNetwork()
    .on(jobRoutes.list, () => ({ items: [], next: null }))
    .on(sessionRoutes.ways, () => ({ provider: null }))
    .on(sessionRoutes.signOut, () => answer);
  const { history } = renderApp('/jobs', network);
  fireEvent.click(await screen.findByText('Sign out'));
  return history;
}

it('signing out leads to the sign-in page', async () => {
  const history = await signOut({ signedOut: true });
  await waitFor(() => expect(history.location.pathname).toBe('/sign-in'));
});

it('or to where the session ends at the provider that it began at', async () => {
  // Another part of this very page, which is as far as the browser of a test goes.
  const history = await signOut({ signedOut: true, provider: `${window.location.href}#ended-there` });
  await waitFor(() => expect(window.location.hash).toBe('#ended-there'));
  expect(history.location.pathname).toBe('/jobs');
});

it('who is signed in still, since the server did not hear it, is told so', async () => {
  const network = new FakeNetwork().on(jobRoutes.list, () => ({ items: [], next: null }));
  network.on(sessionRoutes.signOut, () => refuse('unavailable'));
  const { history } = renderApp('/jobs', network);
  fireEvent.click(await screen.findByText('Sign out'));
  const asked = within(await screen.findByRole('dialog', { name: 'Sign out?' }));
  expect(asked.getByText(/you are still signed in/)).toBeTruthy();
  expect(history.location.pathname).toBe('/jobs');
});
