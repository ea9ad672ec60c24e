import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleCommand, sampleJobDetail } from '../../testing/samples.js';

const hostile = '<script>alert(1)</script>';

/** The page of a job that so many hosts have. */
function jobNetwork(total: number) {
  return new FakeNetwork().on(jobRoutes.get, () => ({
    ...sampleJobDetail(),
    assignments: { total, applied: total, pending: 0, failed: 0 },
  }));
}

async function openDialog() {
  fireEvent.click(await screen.findByRole('button', { name: 'Dry run' }));
  return screen.findByRole('dialog');
}

describe('a dry run', () => {
  it('of a job on one host asks it at once, and shows its answer as text', async () => {
    let looks = 0;
    const asked = sampleCommand({ action: 'dry_run', host: hostile });
    const network = jobNetwork(1)
      .on(jobRoutes.dryRun, () => ({ commands: [asked] }))
      .on(jobRoutes.command, () =>
        ++looks < 3
          ? { ...asked, state: 'accepted' as const }
          : { ...asked, state: 'done' as const, code: 'would_fail', answer: `program: ${hostile}\nit would fail\n` },
      );
    const { container } = renderApp('/jobs/nightly', network);
    const dialog = await openDialog();
    expect(await within(dialog).findByText('waiting for host')).toBeTruthy();
    expect(await within(dialog).findByText('would fail', {}, { timeout: 5_000 })).toBeTruthy();
    const said = within(dialog).getByRole('region', { name: `What ${hostile} says` });
    expect(said.textContent).toBe(`program: ${hostile}\nit would fail\n`);
    expect(container.ownerDocument.querySelector('script')).toBeNull();
    expect(network.calls.map(({ route }) => route)).not.toContain('POST /jobs/:name/run');
  });

  it('asks which of several hosts, and says why one cannot answer', async () => {
    const refused = sampleCommand({ action: 'dry_run', state: 'rejected', code: 'unsupported', message: 'x' });
    const network = jobNetwork(3)
      .on(jobRoutes.dryRun, () => ({ commands: [refused] }))
      .on(jobRoutes.command, () => refused);
    renderApp('/jobs/nightly', network);
    const dialog = await openDialog();
    fireEvent.click(await within(dialog).findByRole('button', { name: 'Ask 3 hosts' }));
    expect(await within(dialog).findByText('Its agent is too old for this; upgrade it.')).toBeTruthy();
    fireEvent.click(within(dialog).getByRole('button', { name: 'Ask again' }));
    expect(await within(dialog).findByRole('button', { name: 'Ask 3 hosts' })).toBeTruthy();
  });

  it('of a job on many hosts has to name some', async () => {
    renderApp(
      '/jobs/nightly',
      jobNetwork(21).on(jobRoutes.assignments, () => ({ items: [], next: null })),
    );
    const dialog = await openDialog();
    await waitFor(() => expect(within(dialog).queryByRole('radio')).toBeNull());
    expect(within(dialog).getByText(/At most 20 hosts/)).toBeTruthy();
    const ask = within(dialog).getByRole('button', { name: 'Ask 0 hosts' });
    expect(ask.hasAttribute('disabled')).toBe(true);
  });
});
