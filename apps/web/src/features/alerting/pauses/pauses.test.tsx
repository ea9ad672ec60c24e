import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../../testing/fake-network.js';
import { renderApp } from '../../../testing/render-app.js';
import { asked } from '../testing.js';

const at = '2026-11-23T02:00:00.000Z';

describe('the page of pauses', () => {
  it('says that no host is chosen, not that one without a name is missing', async () => {
    const network = new FakeNetwork()
      .on(pauseRoutes.list, () => ({ items: [], next: null }))
      .on(pauseRoutes.pause, () => refuse('not_found', { kind: 'host', name: '' }));
    renderApp('/alerting/pauses', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Pause hosts' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByLabelText('Labels'));
    fireEvent.change(within(dialog).getByRole('textbox', { name: 'Labels' }), { target: { value: 'role=db' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Which hosts are these?' }));
    expect((await within(dialog).findByRole('alert')).textContent).toContain('refused: not_found');
  });

  it('shows which hosts would rest before they do', async () => {
    const network = new FakeNetwork()
      .on(pauseRoutes.list, () => ({ items: [], next: null }))
      .on(pauseRoutes.pause, () => ({
        until: at,
        hosts: ['db-01', 'db-02'],
        refused: [{ host: 'old', why: 'its agent is too old' }],
      }));
    renderApp('/alerting/pauses', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Pause hosts' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByLabelText('Labels'));
    fireEvent.change(within(dialog).getByRole('textbox', { name: 'Labels' }), { target: { value: 'role=db' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Which hosts are these?' }));
    expect(await within(dialog).findByText('old: its agent is too old')).toBeTruthy();
    fireEvent.click(within(dialog).getByRole('button', { name: 'Pause 2 hosts' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(asked(network, 'POST /pauses').map(({ body }) => body)).toMatchObject([
      { labels: { role: 'db' }, dryRun: true, afterwards: 'skip' },
      { labels: { role: 'db' }, dryRun: false },
    ]);
  });

  it('keeps what was typed over Escape, and a double click does not go on to what it asks', async () => {
    const network = new FakeNetwork()
      .on(pauseRoutes.list, () => ({ items: [], next: null }))
      .on(pauseRoutes.pause, () => ({ until: at, hosts: ['db-01'], refused: [] }));
    renderApp('/alerting/pauses', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Pause hosts' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByLabelText('Labels'));
    const typed = () => within(screen.getByRole('dialog')).getByRole('textbox', { name: 'Labels' });
    fireEvent.change(typed(), { target: { value: 'role' } });
    expect(within(dialog).getByText('Each line is key=value.')).toBeTruthy();
    fireEvent.change(typed(), { target: { value: 'role=db' } });
    fireEvent.keyDown(typed(), { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    fireEvent.click(screen.getByRole('button', { name: 'Pause hosts' }));
    await screen.findByRole('dialog');
    expect((typed() as HTMLTextAreaElement).value).toBe('role=db');
    const look = screen.getByRole('button', { name: 'Which hosts are these?' });
    fireEvent.click(look);
    await screen.findByRole('button', { name: 'Pause 1 host' });
    fireEvent.click(look);
    await waitFor(() => expect(asked(network, 'POST /pauses')).toHaveLength(2));
    expect(asked(network, 'POST /pauses').map(({ body }) => body)).toMatchObject([{ dryRun: true }, { dryRun: true }]);
  });
});
