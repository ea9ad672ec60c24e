import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Response } from '@carillon/contract/http/route';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseZone } from '../lib/time-zone.js';
import { FakeNetwork } from '../testing/fake-network.js';
import { renderApp } from '../testing/render-app.js';

type Host = Response<typeof hostRoutes.list>['items'][number];
const host = (name: string): Host => ({
  id: '01a209fb-3cb0-74df-baaf-b865520091aa',
  name,
  state: 'active',
  presence: 'online',
  labels: { role: 'db' },
  os: 'Windows Server 2022',
  timezone: 'Asia/Shanghai',
  agentVersion: '1.0.0',
  scheduler: 'windows',
  lastSeenAt: '2026-11-23T20:00:05.000Z',
  assignments: { total: 3, applied: 3, pending: 0, failed: 0 },
  inSync: true,
  concerns: [],
});

afterEach(() => {
  chooseZone('own');
  localStorage.removeItem('carillon-zone:admin');
});

describe('the table of hosts', () => {
  it('is downloaded with every row that the filter lets through, not only those on screen', async () => {
    const asked: unknown[] = [];
    const network = new FakeNetwork().on(hostRoutes.list, ({ cursor, limit, ...filter }) => {
      // The hosts that wait to be let in are asked for by another part of the page.
      if (limit !== undefined && filter.state !== 'pending') asked.push({ cursor, ...filter });
      return cursor === 'b' ? { items: [host('=evil()')], next: null } : { items: [host('db-01')], next: 'b' };
    });
    const files: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => `blob:${files.push(file as Blob)}`);
    const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
    renderApp('/hosts?label=role%3Ddb', network);
    fireEvent.click(await screen.findByRole('button', { name: 'CSV' }));
    await waitFor(() => expect(click).toHaveBeenCalled());
    expect(asked).toEqual([
      { cursor: undefined, label: 'role=db' },
      { cursor: 'b', label: 'role=db' },
    ]);
    const lines = (await files[0]?.text())?.split('\r\n') ?? [];
    expect(lines[1]).toContain('db-01,online,active');
    expect(lines[2]).toMatch(/^'=evil\(\),/);
    vi.restoreAllMocks();
  });
});

describe('the clock of the pages', () => {
  it('is chosen in the menu, kept for the user, and told with its distance from UTC', async () => {
    const network = new FakeNetwork().on(hostRoutes.list, () => ({ items: [host('db-01')], next: null }));
    renderApp('/hosts', network);
    const time = await waitFor(() => {
      const found = document.querySelector('main time');
      expect(found).not.toBeNull();
      return found as HTMLElement;
    });
    expect(time.title).toContain('2026-11-24 04:00:05 +08:00');
    // What the menu holds comes after the first page.
    fireEvent.click(await screen.findByText("The host's clock"));
    await waitFor(() => expect(time.textContent).toMatch(/^2026-11-24 04:00:05 \+08:00/));
    fireEvent.click(screen.getByText('UTC'));
    await waitFor(() => expect(time.textContent).toMatch(/^2026-11-23 20:00:05 UTC .*ago$/));
    expect(localStorage.getItem('carillon-zone:admin')).toBe('utc');
  });
});
