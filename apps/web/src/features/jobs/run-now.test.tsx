import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { runId, sampleCommand, sampleJobDetail } from '../../testing/samples.js';

const hostile = '<script>alert(1)</script>';

/** About to get version 4. */
const behind = {
  job: 'nightly',
  jobId: runId,
  host: 'web-01',
  hostId: runId,
  version: 4,
  appliedVersion: 3,
  state: 'delivered',
  code: null,
  message: null,
  updatedAt: '2026-11-23T08:00:00.000Z',
  presence: 'online',
} as const;

/** The page of a job that one host has. */
function jobNetwork() {
  return new FakeNetwork()
    .on(jobRoutes.assignments, () => ({ items: [], next: null }))
    .on(jobRoutes.get, () => ({
      ...sampleJobDetail(),
      assignments: { total: 1, applied: 1, pending: 0, failed: 0 },
    }));
}

describe('run now', () => {
  it('follows the order until the host has answered, then leads to the run', async () => {
    const states = ['delivered', 'accepted', 'done'] as const;
    let asked = 0;
    const network = jobNetwork()
      .on(jobRoutes.run, () => ({ commands: [sampleCommand({ host: hostile })] }))
      .on(jobRoutes.command, () => {
        const state = states[Math.min(asked++, 2)] ?? 'done';
        return sampleCommand({ host: hostile, state, runId: state === 'done' ? runId : null });
      });
    const { container } = renderApp('/jobs/nightly', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Run now' }));
    expect(await screen.findByText('waiting for host')).toBeTruthy();
    const link = await screen.findByRole('link', { name: 'Show the run' }, { timeout: 5_000 });
    expect(link.getAttribute('href')).toBe(`/runs/${runId}`);
    expect(screen.getByRole('link', { name: hostile })).toBeTruthy();
    expect(container.querySelector('script')).toBeNull();
    const answered = asked;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(asked).toBe(answered);
  });

  it('waits until the host has the version, in words, unless told to start at once', async () => {
    let starts = 0;
    const network = jobNetwork()
      .on(jobRoutes.assignments, ({ state }) => ({ items: state === 'delivered' ? [behind] : [], next: null }))
      .on(jobRoutes.run, () => {
        starts += 1;
        return { commands: [sampleCommand({ state: 'accepted' })] };
      })
      .on(jobRoutes.command, () => sampleCommand({ state: 'accepted' }));
    renderApp('/jobs/nightly', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Run now' }));
    expect(await screen.findByText(/It starts as soon as .* has version 4/)).toBeTruthy();
    expect(starts).toBe(0);
    fireEvent.click(screen.getByRole('button', { name: 'Start at once' }));
    expect(await screen.findByText('accepted')).toBeTruthy();
    expect(screen.queryByText(/It starts as soon as/)).toBeNull();
    expect(starts).toBe(1);
  });

  it('says why a host refused', async () => {
    const refused = sampleCommand({ state: 'rejected', code: 'not_registered', message: 'x' });
    const network = jobNetwork()
      .on(jobRoutes.run, () => ({ commands: [refused] }))
      .on(jobRoutes.command, () => refused);
    renderApp('/jobs/nightly', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Run now' }));
    await waitFor(() => expect(screen.getByText('refused')).toBeTruthy());
    expect(screen.getByText('The job is not registered on this host.')).toBeTruthy();
  });
});
