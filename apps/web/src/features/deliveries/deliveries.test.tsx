import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../components/notice-cells.js';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

const notice = (id: number, part: Partial<Notice>): Notice => ({
  id: `0190a000-0000-7000-8000-00000000000${id}`,
  incident: 42,
  channel: 'email',
  recipient: 'ops@example.com',
  reason: 'opened',
  step: 0,
  state: 'dead',
  attempts: 8,
  createdAt: '2026-11-20T08:00:00.000Z',
  sentAt: null,
  nextAt: null,
  outcome: { code: 'refused', text: '550 no such mailbox' },
  ...part,
});

const network = (items: Notice[]) => new FakeNetwork().on(channelRoutes.deliveries, () => ({ items, next: null }));

describe('the page of deliveries', () => {
  it('shows what was given up and why, and sends it again', async () => {
    const replayed: unknown[] = [];
    const items = [notice(1, {}), notice(2, { state: 'sent', incident: null, outcome: null })];
    renderApp(
      '/deliveries?state=dead&channel=email',
      network(items).on(channelRoutes.replay, ({ body }) => {
        replayed.push(body);
        return { replayed: 1 };
      }),
    );
    expect(await screen.findByText(/550 no such mailbox/)).toBeTruthy();
    expect(screen.getByRole('link', { name: '42' }).getAttribute('href')).toBe('/incidents/42');
    fireEvent.click(screen.getByRole('button', { name: 'Send again' }));
    expect(await screen.findByText('1 notice is sent again.')).toBeTruthy();
    expect(replayed).toEqual([{ ids: [items[0]?.id] }]);
  });

  it('sends all that it shows at once, and says when that fails', async () => {
    const items = [notice(1, {}), notice(2, {})];
    renderApp(
      '/deliveries',
      network(items).on(channelRoutes.replay, () => refuse('unavailable')),
    );
    fireEvent.click(await screen.findByRole('button', { name: 'Send 2 again' }));
    const question = within(await screen.findByRole('dialog', { name: 'Send 2 notices again?' }));
    expect(question.getByText(/To email\./)).toBeTruthy();
    fireEvent.click(question.getByRole('button', { name: 'Send 2 again' }));
    expect((await screen.findByRole('alert')).textContent).toContain('no database');
  });

  it('asks for what the address says', async () => {
    const asked: unknown[] = [];
    renderApp(
      '/deliveries?state=failed&channel=email&state2=x',
      new FakeNetwork().on(channelRoutes.deliveries, (request) => {
        asked.push(request);
        return { items: [], next: null };
      }),
    );
    expect(await screen.findByText('No notice matches.')).toBeTruthy();
    expect(asked[0]).toEqual({ state: 'failed', channel: 'email' });
  });
});
