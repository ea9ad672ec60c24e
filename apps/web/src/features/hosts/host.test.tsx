import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import type { Response } from '@carillon/contract/http/route';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { whyRoutes } from '@carillon/contract/http/why.routes';
import { fireEvent, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

const uuid = '01a209fb-3cb0-74df-baaf-b865520091aa';
const at = new Date().toISOString();

const host: Response<typeof hostRoutes.get> = {
  id: uuid,
  name: 'db-01',
  state: 'active',
  presence: 'online',
  labels: { role: 'db' },
  os: 'Windows',
  timezone: 'UTC',
  agentVersion: '1.0.0',
  scheduler: 'schtasks',
  lastSeenAt: at,
  assignments: { total: 1, applied: 1, pending: 0, failed: 0 },
  failingJobs: 2,
  inSync: true,
  concerns: [],
  enrolledAt: at,
  desired: { rev: 3, hash: 'h' },
  observedHash: 'h',
  spool: { epoch: 1, ackedSeq: 1, waiting: 0 },
  disk: null,
  clockAheadMs: null,
  keyId: 'k',
};
const change: Response<typeof hostRoutes.taskChanges>['items'][number] = {
  id: uuid,
  job: 'nightly',
  host: 'db-01',
  version: 1,
  state: 'drifted',
  found: 'edited',
  differences: ['settings.enabled: wanted true, found false'],
  message: null,
  noticedAt: at,
  changedAt: null,
  changedBy: 'CORP\\ann',
};

function network() {
  const point = { at, cpu: 42, memory: 61, disk: 80 };
  return new FakeNetwork()
    .on(hostRoutes.get, () => host)
    .on(hostRoutes.load, () => ({ now: { ...point, disks: [] }, items: [point] }))
    .on(hostRoutes.taskChanges, () => ({ items: [change], next: null }))
    .on(hostRoutes.losses, () => ({ items: [], next: null }))
    .on(pauseRoutes.list, () => ({ items: [], next: null }))
    .on(taskChangeRoutes.get, () => ({
      ...change,
      definition: null,
      wanted: null,
      fields: [{ path: 'settings.enabled', wanted: true, found: false }],
    }))
    .on(taskChangeRoutes.adopt, () => ({ job: 'nightly', host: 'db-01', version: 2 }));
}

describe('one host', () => {
  it('shows its load, and writes its labels anew', async () => {
    const asks = network().on(hostRoutes.setLabels, () => host);
    renderApp('/hosts/db-01', asks);
    expect(await screen.findByRole('img', { name: 'Processors: 42 %' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Edit the labels' }));
    fireEvent.change(screen.getByRole('textbox', { name: 'Labels' }), { target: { value: 'role=db env=prod' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('button', { name: 'Edit the labels' })).toBeTruthy();
    const asked = asks.calls.find(({ route }) => route === 'PATCH /hosts/:name')?.asked.body;
    expect(asked).toEqual({ labels: { role: 'db', env: 'prod' } });
  });

  it('takes no label off before it has said which, and what follows', async () => {
    const asks = network().on(hostRoutes.setLabels, () => host);
    renderApp('/hosts/db-01', asks);
    fireEvent.click(await screen.findByRole('button', { name: 'Edit the labels' }));
    fireEvent.change(screen.getByRole('textbox', { name: 'Labels' }), { target: { value: '' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(screen.getByText(/takes off role=db.* it has 1 job now/)).toBeTruthy();
    expect(asks.calls.some(({ route }) => route === 'PATCH /hosts/:name')).toBe(false);
    fireEvent.click(screen.getByRole('button', { name: 'Take them off' }));
    expect(await screen.findByRole('button', { name: 'Edit the labels' })).toBe(document.activeElement);
    expect(asks.calls.some(({ route }) => route === 'PATCH /hosts/:name')).toBe(true);
  });

  it('does not write over labels that somebody else has changed meanwhile, before that is seen', async () => {
    let labels: Record<string, string> = { role: 'db' };
    const asks = network()
      .on(hostRoutes.get, () => ({ ...host, labels }))
      .on(hostRoutes.setLabels, () => host);
    renderApp('/hosts/db-01', asks);
    fireEvent.click(await screen.findByRole('button', { name: 'Edit the labels' }));
    labels = { role: 'db', tier: 'gold' };
    fireEvent.change(screen.getByRole('textbox', { name: 'Labels' }), { target: { value: 'role=db env=prod' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText(/They are now: role=db tier=gold/)).toBeTruthy();
    expect(asks.calls.some(({ route }) => route === 'PATCH /hosts/:name')).toBe(false);
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(screen.getByText(/takes off tier=gold/)).toBeTruthy();
  });

  it('compares a changed task field by field, and keeps the edit when asked', async () => {
    renderApp('/hosts/db-01?tab=changes', network());
    fireEvent.click(await screen.findByRole('button', { name: '1 difference' }));
    expect(await screen.findByText('Settings · switched on')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /^Keep it/ }));
    expect(await screen.findByText('Done, in version 2 of the job.')).toBeTruthy();
  });

  it('opens the differences of a task that stands changed, and says for whom another was put right', async () => {
    const row = { job: 'nightly', jobId: uuid, host: 'db-01', hostId: uuid, version: 1, appliedVersion: 1 };
    const drifted = { ...row, state: 'drifted' as const, code: 'edited', message: 'x', updatedAt: at };
    const drift = { host: 'db-01', changeId: uuid, found: 'edited' as const, noticedAt: at, fields: null };
    const presence = 'online' as const;
    const asks = network()
      .on(inventoryRoutes.ofHost, () => ({ items: [], next: null }))
      .on(hostRoutes.assignments, () => ({ items: [{ ...drifted, presence }], next: null }))
      .on(hostRoutes.taskChanges, () => ({
        items: [{ ...change, state: 'repaired' as const, repairedBy: 'Ann' }],
        next: null,
      }))
      .on(jobRoutes.drift, () => ({
        items: [{ ...drift, presence, changedAt: null, changedBy: null, differences: [], canRepair: true }],
        next: null,
      }));
    renderApp('/hosts/db-01?tab=tasks', asks);
    fireEvent.click(await screen.findByRole('button', { name: 'Repair nightly on db-01' }));
    expect(await screen.findByTitle('settings.enabled')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Repair: put it back as defined' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    fireEvent.click(screen.getByRole('tab', { name: 'Changes' }));
    expect(await screen.findByText('for Ann')).toBeTruthy();
  });

  it('asks why a job did not run here', async () => {
    const answer = {
      job: 'nightly',
      host: 'db-01',
      reason: 'host_off' as const,
      certainty: 'likely' as const,
      text: 'The host was off.',
    };
    const asks = network().on(whyRoutes.job, () => ({
      items: [{ ...answer, fireAt: at, version: 1, evidence: [], runId: null, nextFireAt: null }],
      next: null,
    }));
    renderApp('/hosts/db-01', asks);
    fireEvent.change(await screen.findByLabelText(/^Job/), { target: { value: 'nightly' } });
    fireEvent.click(screen.getByRole('button', { name: 'Find out' }));
    expect(await screen.findByText('The host was off.')).toBeTruthy();
  });
});
