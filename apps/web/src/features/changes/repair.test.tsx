import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleCommand, sampleJobDetail } from '../../testing/samples.js';

type Drift = Response<typeof jobRoutes.drift>['items'][number];
type Command = Response<typeof jobRoutes.command>;

const at = '2026-11-24T11:00:00.000Z';
const idOf = (n: number) => `01a209fb-3cb0-74df-baaf-b8655200${(4096 + n).toString(16)}`;
const off = [{ path: 'settings.enabled', wanted: true, found: false }];

const drift = (n: number, more: Partial<Drift> = {}): Drift => ({
  ...{ host: `db-${n}`, presence: 'online', changeId: idOf(n), found: 'disabled', noticedAt: at },
  ...{ changedAt: null, changedBy: null, fields: off, differences: ['x'], canRepair: true },
  ...more,
});

const row = (n: number, state: 'applied' | 'drifted') => ({
  ...{ job: 'nightly', jobId: idOf(0), host: `db-${n}`, hostId: idOf(n), version: 2, appliedVersion: 2, state },
  ...{ code: null, message: null, updatedAt: at, presence: 'online' as const, lastRun: null, nextFireAt: null },
});

/** A job that differs on these hosts, until they are repaired; each host answers with its second word. */
function network(
  drifts: Drift[],
  answer: (host: string) => Partial<Command> = () => ({ state: 'done', code: 'repaired' }),
) {
  let left = drifts;
  const looks = new Map<string, number>();
  const given = (host: string): Command =>
    sampleCommand({ id: idOf(100 + Number(host.slice(3))), host, action: 'repair' });
  return new FakeNetwork()
    .on(jobRoutes.get, () => ({ ...sampleJobDetail(), hostStates: { applied: 3, drifted: left.length } }))
    .on(jobRoutes.assignments, () => ({
      items: [1, 2, 3, 4].map((n) => row(n, left.some(({ host }) => host === `db-${n}`) ? 'drifted' : 'applied')),
      next: null,
    }))
    .on(jobRoutes.taskChanges, () => ({ items: [], next: null }))
    .on(jobRoutes.drift, (asked) => ({
      items: left.filter(({ host }) => asked.host === undefined || host === asked.host),
      next: null,
    }))
    .on(jobRoutes.repair, ({ body }) => ({ commands: (body?.hosts ?? left.map(({ host }) => host)).map(given) }))
    .on(jobRoutes.command, ({ id }) => {
      const host = drifts.find((each) => given(each.host).id === id)?.host ?? '?';
      const look = (looks.get(host) ?? 0) + 1;
      looks.set(host, look);
      if (look < 2) return given(host);
      const said = { ...given(host), ...answer(host) };
      if (said.state === 'done') left = left.filter((each) => each.host !== host);
      return said;
    })
    .on(taskChangeRoutes.get, ({ id }) => {
      const { host = 'db-1', fields = off, found = 'disabled' } = drifts.find(({ changeId }) => changeId === id) ?? {};
      const stands = left.some((each) => each.host === host);
      const rest = { version: 2, state: 'drifted' as const, differences: ['x'], message: null, noticedAt: at };
      return {
        id,
        job: 'nightly',
        host,
        found,
        ...rest,
        changedAt: null,
        changedBy: null,
        stands,
        definition: null,
        wanted: null,
        fields,
      };
    });
}

const asked = (net: FakeNetwork, route: string) =>
  net.calls.filter((call) => call.route === route).map((call) => call.asked);

describe('a repair of all hosts of a job that differ', () => {
  it('shows what will change, hosts that differ alike together, asks exactly those, and tells what came of it', async () => {
    const gone = drift(3, { found: 'deleted', fields: null, differences: [] });
    const net = network([drift(1), drift(2), gone]);
    renderApp('/jobs/nightly?tab=hosts', net);
    const button = await screen.findByRole('button', { name: 'Repair 3 changed hosts' });
    button.focus();
    fireEvent.click(button);
    const dialog = await screen.findByRole('dialog', { name: 'Put nightly back as defined?' });
    expect(await within(dialog).findByText(/2 hosts, switched off:/)).toBeTruthy();
    expect(within(dialog).getByText(/db-1, db-2/)).toBeTruthy();
    expect(within(dialog).getByText('The task is not there any more; it is made anew.')).toBeTruthy();
    const cells = within(dialog).getByTitle('settings.enabled').closest('tr')?.textContent;
    expect(cells).toMatch(/falsetrue$/);
    expect(asked(net, 'POST /jobs/:name/repair')).toEqual([]);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Repair 3 hosts' }));
    await waitFor(() => expect(within(dialog).getAllByText('Put back as defined.')).toHaveLength(3), {
      timeout: 5_000,
    });
    expect(asked(net, 'POST /jobs/:name/repair')).toEqual([
      { name: 'nightly', body: { hosts: ['db-1', 'db-2', 'db-3'] } },
    ]);
    expect(await within(dialog).findByText('3 of 3 hosts are as defined again', {}, { timeout: 5_000 })).toBeTruthy();
    fireEvent.click(within(dialog).getByText('Close'));
    await waitFor(() => expect(screen.queryByRole('button', { name: /Repair/ })).toBeNull());
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
  });

  it('asks no agent that does not know how, and says so of hosts that are away', async () => {
    const net = network([drift(1, { presence: 'offline' }), drift(2, { canRepair: false })]);
    renderApp('/jobs/nightly?tab=changes', net);
    fireEvent.click(await screen.findByRole('button', { name: 'Repair 2 changed hosts' }));
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText(/^Not connected now: db-1\./)).toBeTruthy();
    expect(within(dialog).getByText(/upgrade them first: db-2\./)).toBeTruthy();
    fireEvent.click(within(dialog).getByRole('button', { name: 'Repair 1 host' }));
    await waitFor(() => expect(asked(net, 'POST /jobs/:name/repair')).toMatchObject([{ body: { hosts: ['db-1'] } }]));
  });

  it('that is refused says why and can be tried again; a host that could not says what Windows said', async () => {
    const net = network([drift(1)], () => ({ state: 'rejected', code: 'not_repaired', message: 'Access is denied.' }));
    net.on(jobRoutes.repair, () => refuse('unavailable'));
    renderApp('/jobs/nightly?tab=hosts', net);
    fireEvent.click(await screen.findByRole('button', { name: 'Repair 1 changed host' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(await within(dialog).findByRole('button', { name: 'Repair 1 host' }));
    expect(await within(dialog).findByRole('alert')).toBeTruthy();
    net.on(jobRoutes.repair, () => ({ commands: [sampleCommand({ id: idOf(101), host: 'db-1', action: 'repair' })] }));
    fireEvent.click(within(dialog).getByRole('button', { name: 'Repair 1 host' }));
    const why = 'Its task could not be put back: Access is denied.';
    expect(await within(dialog).findByText(why, {}, { timeout: 5_000 })).toBeTruthy();
  });

  it('is not offered where nothing differs', async () => {
    renderApp('/jobs/nightly?tab=hosts', network([]));
    await screen.findByText('db-1');
    expect(screen.queryByRole('button', { name: /Repair/ })).toBeNull();
  });

  it('is not offered to whoever may not; the differences are', async () => {
    renderApp('/jobs/nightly?tab=hosts', network([drift(1)]), () => ({ grants: ['viewer@all'] }));
    fireEvent.click(await screen.findByRole('button', { name: 'Differences of nightly on db-1' }));
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByTitle('settings.enabled')).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Repair|Keep it/ })).toBeNull();
  });
});

describe('a repair on one host', () => {
  it('stands beside keeping the edit, under the differences; what came of it stays when nothing differs any more', async () => {
    const net = network([drift(1), drift(2)]);
    renderApp('/jobs/nightly?tab=hosts', net);
    fireEvent.click(await screen.findByRole('button', { name: 'Repair nightly on db-1' }));
    const dialog = await screen.findByRole('dialog', { name: 'nightly on db-1: wanted and found' });
    expect(await within(dialog).findByRole('button', { name: /^Keep it/ })).toBeTruthy();
    fireEvent.click(within(dialog).getByRole('button', { name: 'Repair: put it back as defined' }));
    expect(await within(dialog).findByText('Put back as defined.', {}, { timeout: 5_000 })).toBeTruthy();
    await waitFor(() => expect(within(dialog).queryByRole('button', { name: /Repair|Keep it/ })).toBeNull());
    expect(asked(net, 'POST /jobs/:name/repair')).toMatchObject([{ body: { hosts: ['db-1'] } }]);
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Repair nightly on db-1' })).toBeNull());
    expect(within(dialog).getByText('Put back as defined.')).toBeTruthy();
  });
});
