import { accountRoutes } from '@carillon/contract/http/accounts.routes';
import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { sampleOverview } from '../../testing/overview-sample.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleChannel } from '../alerting/testing.js';

const forget = () => {
  for (const key of Object.keys(localStorage)) if (/^carillon-(tour|first)/.test(key)) localStorage.removeItem(key);
};
afterEach(forget);

const none = () => ({ items: [], next: null });
const some = { total: 1, online: 1, lagging: 0, offline: 0, inSync: 1 };

/** A product with a host and a job that nobody is told of. */
function network(demo?: true) {
  return new FakeNetwork()
    .on(sessionRoutes.overview, () =>
      sampleOverview({ hosts: some, jobs: { total: 9, enabled: 9 }, ...(demo ? { demo } : {}) }),
    )
    .on(runRoutes.list, none)
    .on(channelRoutes.list, none)
    .on(alertDocumentRoutes.list, none)
    .on(accountRoutes.list, none);
}

describe('first steps', () => {
  it('tell what is done, what is next and how far it is, also to who has many jobs already', async () => {
    renderApp('/', network());
    const card = await screen.findByRole('region', { name: 'First steps' });
    expect(within(card).getByText('2 of 6 done')).toBeTruthy();
    expect(within(card).getAllByText('done')).toHaveLength(2);
    expect(within(card).getByRole('link', { name: 'Choose a job' }).getAttribute('href')).toBe('/jobs');
    // The tour is a part of it, and not offered twice.
    expect(within(card).getByRole('button', { name: 'Show me around' })).toBeTruthy();
    expect(screen.queryByText('New here?')).toBeNull();
  });

  it('send whoever has made a channel to its test', async () => {
    const tested = network().on(channelRoutes.list, () => ({
      items: [sampleChannel({ lastDelivery: null })],
      next: null,
    }));
    renderApp('/', tested);
    const link = await screen.findByRole('link', { name: 'A test of the channel' });
    expect(link.getAttribute('href')).toBe('/alerting/channels');
  });

  it('go when they are hidden, and no other help is offered instead', async () => {
    const shown = renderApp('/', network());
    fireEvent.click(await screen.findByRole('button', { name: 'Hide' }));
    expect(screen.queryByRole('region', { name: 'First steps' })).toBeNull();
    expect(screen.queryByText('New here?')).toBeNull();
    shown.unmount();
    renderApp('/?first=true', network());
    await screen.findByRole('region', { name: 'First steps' });
  });

  it('ask for nothing that a reader may not see, and offer the tour instead', async () => {
    const { network: asked } = renderApp('/', network(), () => ({ grants: ['viewer@all'] }));
    await screen.findByText('New here?');
    expect(asked.calls.filter(({ route }) => /accounts|channels|alert-documents/.test(route))).toEqual([]);
  });

  it('are what there is to try in a demo', async () => {
    renderApp('/', network(true));
    const card = await screen.findByRole('region', { name: 'A demo to try things on' });
    expect(within(card).getByRole('link', { name: 'Answer an incident' }).getAttribute('href')).toBe('/incidents');
  });
});
