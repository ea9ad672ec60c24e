import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import type { Response } from '@carillon/contract/http/route';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleJobDetail } from '../../testing/samples.js';
import { ringsShown } from './ring-shares.js';

const at = '2026-12-06T10:00:00.000Z';
const rollout: Response<typeof rolloutRoutes.halt> = {
  ...{ id: '01a209fb-3cb0-74df-baaf-000000000001', job: 'nightly', version: 2, baseVersion: 1, state: 'running' },
  ...{ open: 2, soakMs: 60_000, haltOn: { failureRate: 10, minimum: 3 } },
  rings: [
    { ring: '5%', hosts: 1 },
    { ring: '25%', hosts: 4 },
    { ring: '100%', hosts: 15 },
  ],
  reason: { code: 'waiting_for_applied', text: 'waiting', waiting: 2, hosts: 5, offline: 0 },
  health: { hosts: 5, applied: 3, failed: 0, heldBack: 0, offline: 0, runs: 8, badRuns: 1 },
  ...{ author: 'Ann', comment: null, startedAt: at, openedAt: at, endedAt: null, canRollBack: true },
};

it('rings share one bar; the newest is done when all of its hosts have the version', () => {
  const shown = ringsShown(rollout);
  expect(shown.map(({ percent, done }) => [percent, done])).toEqual([
    [5, true],
    [20, false],
    [75, false],
  ]);
  expect(ringsShown({ ...rollout, health: { applied: 5, hosts: 5 } })[1]?.done).toBe(true);
});

describe('the page of a job', () => {
  it('shows the rollout with its reason, and asks for a reason before it acts', async () => {
    const asks = new FakeNetwork()
      .on(jobRoutes.get, () => sampleJobDetail())
      .on(rolloutRoutes.get, () => ({ rollout }))
      .on(rolloutRoutes.halt, () => ({ ...rollout, state: 'halted' as const }))
      .on(rolloutRoutes.rollBack, () => ({ job: 'nightly', version: 3, sameAs: 1, hosts: 20 }));
    renderApp('/jobs/nightly', asks);
    expect(await screen.findByText('Waits until it is registered: 2 of 5 hosts.')).toBeTruthy();
    expect(screen.getByText(/3 of 5 hosts have it · 0 failed/)).toBeTruthy();
    const halt = screen.getByRole('button', { name: 'Halt' });
    halt.focus();
    fireEvent.click(halt);
    expect(await screen.findByText('Halt the rollout of nightly?')).toBeTruthy();
    expect(screen.getByText('15 hosts do not get version 2 until somebody resumes it.')).toBeTruthy();
    const dialog = within(screen.getByRole('dialog'));
    const confirm = () => dialog.getByRole<HTMLButtonElement>('button', { name: 'Halt' });
    expect(confirm().disabled).toBe(true);
    fireEvent.keyDown(dialog.getByLabelText('Why'), { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(halt));
    fireEvent.click(halt);
    await waitFor(() => expect(document.activeElement).toBe(dialog.getByLabelText('Why')));
    fireEvent.change(dialog.getByLabelText('Why'), { target: { value: 'slow' } });
    fireEvent.submit(dialog.getByLabelText('Why'));
    await waitFor(() => expect(asks.calls.some(({ asked }) => JSON.stringify(asked).includes('slow'))).toBe(true));
  });

  it('says why somebody halted it, as text', async () => {
    const reason = { code: 'halted', text: 'halted', why: '<img src=x> slow' };
    const asks = new FakeNetwork()
      .on(jobRoutes.get, () => sampleJobDetail())
      .on(rolloutRoutes.get, () => ({ rollout: { ...rollout, state: 'halted' as const, reason } }));
    renderApp('/jobs/nightly', asks);
    expect(await screen.findByText('Somebody halted it: <img src=x> slow')).toBeTruthy();
  });

  it('says nothing where none is under way', async () => {
    const asks = new FakeNetwork()
      .on(jobRoutes.get, () => sampleJobDetail())
      .on(rolloutRoutes.get, () => ({ rollout: null }));
    renderApp('/jobs/nightly', asks);
    expect(await screen.findByRole('heading', { name: 'Definition' })).toBeTruthy();
    expect(screen.queryByText('Rollout')).toBeNull();
  });
});
