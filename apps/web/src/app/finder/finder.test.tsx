import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { sampleIncident } from '../../testing/incident-samples.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleCommand, sampleJob, sampleJobDetail } from '../../testing/samples.js';
import { keepEarlyKeys } from './early-keys.js';
import { recents, rememberRecent } from './recent.js';

const hostile = '<img src=x onerror=alert(1)>';

function fleet() {
  const jobs = [sampleJob(), sampleJob({ id: '01a209fb-3cb0-74df-baaf-b865520091ab', name: hostile })];
  return new FakeNetwork()
    .on(jobRoutes.list, ({ search }) => ({
      items: jobs.filter(({ name }) => name.includes(search ?? '')),
      next: null,
    }))
    .on(jobRoutes.get, sampleJobDetail)
    .on(jobRoutes.run, () => ({ commands: [sampleCommand()] }))
    .on(hostRoutes.list, () => ({ items: [], next: null }))
    .on(incidentRoutes.list, ({ search }) => ({
      items: search === '42' ? [sampleIncident()] : [],
      next: null,
    }));
}

/** Opens the finder by key and gives its field. */
async function openFinder() {
  await screen.findByRole('button', { name: /^Find/ });
  fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
  return screen.findByRole('combobox', { name: 'Find or do' });
}
const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });
const chosen = () => screen.getByRole('option', { selected: true }).textContent;

afterEach(() => localStorage.removeItem('carillon-letter-keys'));

describe('the finder', () => {
  it('goes to a page by a few letters, with the keys alone', async () => {
    const { history } = renderApp('/jobs', fleet());
    const field = await openFinder();
    type(field, 'host');
    expect(chosen()).toBe('Hosts');
    fireEvent.keyDown(field, { key: 'ArrowDown' });
    expect(chosen()).toBe('Add a host');
    fireEvent.keyDown(field, { key: 'ArrowDown' });
    expect(chosen()).toBe('Hosts');
    expect(field.getAttribute('aria-activedescendant')).toBe(screen.getByRole('option', { selected: true }).id);
    fireEvent.keyDown(field, { key: 'Enter' });
    await waitFor(() => expect(history.location.pathname).toBe('/hosts'));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('finds jobs by name, as text, and incidents by number', async () => {
    const { history, container } = renderApp('/jobs', fleet());
    const field = await openFinder();
    type(field, 'onerror');
    await screen.findByRole('option', { name: /img src/ });
    expect(container.ownerDocument.querySelector('img[onerror]')).toBeNull();
    type(field, '42');
    fireEvent.click(await screen.findByRole('option', { name: /#42 nightly fails/ }));
    await waitFor(() => expect(history.location.pathname).toBe('/incidents/42'));
  });

  it('runs a job that is chosen after the verb, once the question is answered', async () => {
    const network = fleet().on(jobRoutes.assignments, () => ({ items: [], next: null }));
    const { history } = renderApp('/hosts', network);
    const field = await openFinder();
    type(field, 'run night');
    await screen.findByRole('combobox', { name: 'Run a job…' });
    await screen.findByRole('option', { name: /nightly/ });
    fireEvent.keyDown(field, { key: 'Enter' });
    const question = await screen.findByRole('dialog', { name: /Run nightly/ });
    const ran = () => network.calls.filter(({ route }) => route === 'POST /jobs/:name/run').length;
    expect(ran()).toBe(0);
    fireEvent.click(within(question).getByRole('button', { name: /Run on 3/ }));
    await waitFor(() => expect(ran()).toBe(1));
    await waitFor(() => expect(history.location.search).not.toContain('ask'));
  });

  it('leaves the verb with Backspace, and says when nothing is found', async () => {
    renderApp('/jobs', fleet());
    const field = await openFinder();
    type(field, 'edit ');
    await screen.findByRole('combobox', { name: 'Edit a job…' });
    fireEvent.keyDown(field, { key: 'Backspace' });
    await screen.findByRole('combobox', { name: 'Find or do' });
    type(field, 'zzz');
    expect(await screen.findByText('Nothing found.')).toBeTruthy();
  });
});

describe('keys that are pressed before the code that answers them is there', () => {
  const press = (keys: string) => {
    for (const key of keys) fireEvent.keyDown(document.body, { key });
  };
  const field = () => screen.findByRole<HTMLInputElement>('combobox', { name: 'Find or do' });

  it('open the finder, with what was typed since', async () => {
    keepEarlyKeys();
    // False: the browser must not go to its own search.
    expect(fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true })).toBe(false);
    press('gh');
    const { history } = renderApp('/jobs', fleet());
    press('ost');
    await waitFor(async () => expect((await field()).value).toBe('ghost'));
    expect(history.location.pathname).toBe('/jobs');
  });

  it('are typed into the field as soon as it is there', async () => {
    renderApp('/jobs', fleet());
    const button = await screen.findByRole('button', { name: /^Find/ });
    fireEvent.click(button);
    press('run nix');
    fireEvent.keyDown(document.body, { key: 'Backspace' });
    const found = await screen.findByRole<HTMLInputElement>('combobox', { name: 'Run a job…' });
    expect(found.value).toBe('ni');
    await screen.findByRole('option', { name: /nightly/ });
    fireEvent.keyDown(found, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    press('j');
    expect(document.activeElement?.textContent).toContain('nightly');
  });

  it('lead to a page', async () => {
    keepEarlyKeys();
    press('gh');
    const { history } = renderApp('/jobs', fleet());
    await waitFor(() => expect(history.location.pathname).toBe('/hosts'));
  });
});

describe('keys of every page', () => {
  it('lead to pages, to the filter and through rows; not while something is typed', async () => {
    const { history } = renderApp('/jobs', fleet());
    await screen.findByRole('link', { name: 'nightly' });
    await screen.findByRole('button', { name: /^Find/ });
    fireEvent.keyDown(document.body, { key: 'j' });
    expect(document.activeElement?.textContent).toContain('nightly');
    fireEvent.keyDown(document.body, { key: '/' });
    const filter = screen.getByLabelText('Search by name');
    expect(document.activeElement).toBe(filter);
    fireEvent.keyDown(filter, { key: 'g' });
    fireEvent.keyDown(filter, { key: 'h' });
    expect(history.location.pathname).toBe('/jobs');
    fireEvent.keyDown(document.body, { key: 'g' });
    fireEvent.keyDown(document.body, { key: 'h' });
    await waitFor(() => expect(history.location.pathname).toBe('/hosts'));
  });

  it('are shown by ?, and can be switched off but for the finder', async () => {
    renderApp('/jobs', fleet());
    await screen.findByRole('button', { name: /^Find/ });
    fireEvent.keyDown(document.body, { key: '?' });
    const help = await screen.findByRole('dialog', { name: 'Keys' });
    fireEvent.click(within(help).getByRole('switch', { name: /Keys of a single letter/ }));
    fireEvent.click(within(help).getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    fireEvent.keyDown(document.body, { key: '?' });
    fireEvent.keyDown(document.body, { key: 'k', metaKey: true });
    expect(await screen.findByRole('dialog', { name: 'Find or do' })).toBeTruthy();
    expect(screen.queryByRole('dialog', { name: 'Keys' })).toBeNull();
  });
});

// Last, since what was looked at is kept for the tab.
it('keeps what was looked at, the last first and once, and nothing of an address that is broken', () => {
  for (const path of ['/jobs/etl', '/jobs', '/hosts/WIN%2001', '/jobs/%E0%A4%A', '/jobs/etl/edit', '/jobs/etl'])
    rememberRecent(path);
  expect(recents().slice(0, 2)).toEqual([
    { kind: 'jobs', name: 'etl' },
    { kind: 'hosts', name: 'WIN 01' },
  ]);
});
