import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { sampleOverview } from '../../testing/overview-sample.js';
import { renderApp } from '../../testing/render-app.js';
import { keepTourOutcome, tourOutcome } from './tour-memory.js';
import { endTour } from './tour-state.js';

const forget = () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith('carillon-tour')) localStorage.removeItem(key);
  localStorage.setItem('carillon-first-steps', 'hidden');
};
beforeEach(forget);
afterEach(() => {
  endTour();
  forget();
  localStorage.removeItem('carillon-first-steps');
});

function empty() {
  const none = () => ({ items: [], next: null });
  return new FakeNetwork()
    .on(sessionRoutes.overview, () => sampleOverview())
    .on(jobRoutes.list, none)
    .on(runRoutes.list, none)
    .on(hostRoutes.list, none)
    .on(incidentRoutes.list, none);
}

const step = (name: string) => screen.findByRole('dialog', { name });
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const key = (name: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key: name });

async function startByMenu() {
  const button = await screen.findByRole('button', { name: 'admin' });
  // The menu is in the page also while it is closed.
  fireEvent.click(await screen.findByRole('button', { name: 'Take the tour', hidden: true }));
  return button;
}

describe('the tour', () => {
  it('goes over the pages to its end, and comes back to where it began', async () => {
    const { history } = renderApp('/runs', empty());
    await startByMenu();
    const first = await step('Look here first');
    expect(within(first).getByText('1 of 5')).toBeTruthy();
    expect(within(first).queryByRole('button', { name: 'Back' })).toBeNull();
    press('Next');
    await step('It begins with a host');
    expect(history.location.pathname).toBe('/hosts');
    expect(document.activeElement?.textContent).toBe('Next');
    press('Next');
    await step('Here you write the first job');
    press('Back');
    await step('It begins with a host');
    for (const title of ['Here you write the first job', 'Trouble will show up here', 'Everything by a few letters']) {
      press('Next');
      await step(title);
    }
    press('Done');
    await waitFor(() => expect(history.location.pathname).toBe('/runs'));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(tourOutcome('admin')).toBe('done');
  });

  it('is left by Escape at any step, and gives the focus back', async () => {
    const { history } = renderApp('/', empty());
    const menu = await startByMenu();
    await step('Look here first');
    key('ArrowRight');
    const second = await step('It begins with a host');
    // The tab key goes round inside.
    key('Tab');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Leave the tour');
    fireEvent.keyDown(document.activeElement as Element, { key: 'Tab', shiftKey: true });
    expect(document.activeElement?.textContent).toBe('Next');
    key('ArrowLeft');
    await step('Look here first');
    fireEvent(second, new Event('cancel', { cancelable: true }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.activeElement).toBe(menu);
    expect(history.location.pathname).toBe('/');
    expect(tourOutcome('admin')).toBe('left');
  });

  it('ends where the reader goes to another page, and goes back with the browser', async () => {
    const { history } = renderApp('/', empty());
    await startByMenu();
    await step('Look here first');
    press('Next');
    await step('It begins with a host');
    history.back();
    await step('Look here first');
    history.push('/timeline');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(history.location.pathname).toBe('/timeline');
  });

  it('keeps the keys of every page to itself, but lets the finder be tried', async () => {
    const { history } = renderApp('/', empty());
    await startByMenu();
    await step('Look here first');
    await screen.findByRole('button', { name: /^Find/, hidden: true });
    const gone: string[] = [];
    history.subscribe(({ location }) => gone.push(location.pathname));
    key('g');
    key('j');
    key('ArrowRight');
    await step('It begins with a host');
    expect(gone).toEqual(['/hosts']);
    fireEvent.keyDown(document.activeElement as Element, { key: 'k', ctrlKey: true });
    await screen.findByRole('dialog', { name: 'Find or do' });
    expect(screen.queryByRole('dialog', { name: 'It begins with a host' })).toBeNull();
  });
});

describe('the offer', () => {
  it('is made once, and goes with either answer', async () => {
    const shown = renderApp('/', empty());
    await screen.findByText('New here?');
    press('No, thanks');
    expect(screen.queryByText('New here?')).toBeNull();
    shown.unmount();
    renderApp('/', empty());
    await screen.findByText('Needs a person');
    await screen.findByRole('button', { name: /^Find/ });
    expect(screen.queryByText('New here?')).toBeNull();
  });

  it('is made to each person of a browser', async () => {
    localStorage.setItem('carillon-tour:wanda', 'no');
    renderApp('/', empty());
    await screen.findByText('New here?');
    press('Show me around');
    await step('Look here first');
    press('Leave the tour');
    expect(tourOutcome('admin')).toBe('left');
  });

  it('is not made again to who went to the end once, and left at another time', () => {
    keepTourOutcome('admin', 'done');
    keepTourOutcome('admin', 'left');
    expect(tourOutcome('admin')).toBe('done');
    expect(tourOutcome('wanda')).toBeNull();
  });

  it('shows a reader nothing that he may not do', async () => {
    renderApp('/', empty(), () => ({ grants: ['viewer@all'] }));
    await screen.findByText('New here?');
    press('Show me around');
    const first = await step('Look here first');
    expect(within(first).getByText('1 of 3')).toBeTruthy();
  });
});
