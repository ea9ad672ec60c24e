import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { runId, sampleCommand, sampleJobDetail } from '../../testing/samples.js';

const hostile = '<script>alert(1)</script>';

/** The page of a job that one host has. */
function jobNetwork() {
  return new FakeNetwork().on(jobRoutes.get, () => ({
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
