import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Response } from '@carillon/contract/http/route';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadLateWords, startI18n } from '../../i18n/index.js';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

type Detail = Response<typeof requestRoutes.get>;
const hosts = (...names: string[]) => ({ count: names.length, hosts: names });
const detail: Detail = {
  ...{ number: 7, act: 'apply', title: 'apply Job nightly', state: 'open', author: 'ann', reason: 'month end' },
  ...{ groups: ['prod'], required: 2, approvals: [{ name: 'bob', at: '2026-11-28T08:00:00.000Z' }] },
  ...{ planHash: '0123456789abcdef', createdAt: '2026-11-28T07:00:00.000Z', expiresAt: '2026-12-05T07:00:00.000Z' },
  ...{ endedAt: null, outcome: null, refusal: null, changes: [], jobs: [], hosts: ['DB-02'] },
  plan: {
    results: [
      {
        ...{ kind: 'Job', name: 'nightly', change: 'updated', version: 3, hosts: 2 },
        plan: {
          fields: [{ path: 'run.program', before: 'C:\\old.exe', after: 'C:\\new.exe' }],
          ...{ gained: hosts('DB-02'), lost: hosts(), accounts: { before: [], after: [] }, zones: [] },
        },
      },
    ],
    plan: { hash: '0123456789abcdef', moved: [] },
  },
  body: { body: { documents: [{ kind: 'Job', name: 'nightly' }] } },
};
const { plan: _plan, body: _body, refusal: _refusal, changes: _changes, jobs: _jobs, hosts: _hosts, ...row } = detail;
const network = (change: Partial<Detail> = {}) =>
  new FakeNetwork()
    .on(requestRoutes.list, () => ({ items: [row], next: null }))
    .on(requestRoutes.get, () => ({ ...detail, ...change }));
const look = async () => fireEvent.click(await screen.findByRole('button', { name: 'Look' }));

describe('the inbox of change requests', () => {
  it('shows what would change, and approves exactly that', async () => {
    const asked: unknown[] = [];
    renderApp(
      '/requests',
      network().on(requestRoutes.approve, ({ body }) => {
        asked.push(body);
        return { ...row, state: 'applied' as const };
      }),
    );
    expect(await screen.findByText('1 of 2')).toBeTruthy();
    await look();
    expect(await screen.findByText('C:\\new.exe')).toBeTruthy();
    expect(screen.getByText('gains 1: DB-02')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Approve exactly this' }));
    await expect.poll(() => asked).toEqual([{ planHash: '0123456789abcdef' }]);
  });

  it('lets the author only take it back', async () => {
    renderApp('/requests', network({ refusal: 'own_request' }));
    await look();
    expect(await screen.findByText(/somebody else has to approve it/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Take back' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Approve exactly this' })).toBeNull();
  });

  it('shows what would be signed for hosts that ask for it, and why this page cannot', async () => {
    const approval = { name: 'nightly', version: 3, hosts: ['db-02'] };
    vi.stubGlobal('isSecureContext', false);
    const keys = network({ toSign: [JSON.stringify(approval)] }).on(approvalRoutes.keys, () => ({ items: [] }));
    renderApp('/requests', keys);
    await look();
    expect(await screen.findByText('nightly v3')).toBeTruthy();
    expect(screen.getByText('db-02')).toBeTruthy();
    expect(screen.getByText(/only on pages that are served by https/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Approve and sign with a security key' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Approve exactly this' })).toBeTruthy();
  });

  it('begins at the top, follows a link to one, and asks anew what may be done once it is refused', async () => {
    let refusal: string | null = null;
    const decided = network()
      .on(requestRoutes.get, () => ({ ...detail, refusal }))
      .on(requestRoutes.approve, () => {
        refusal = 'already_approved';
        return refuse('conflict');
      });
    renderApp('/requests?number=7', decided);
    await screen.findByRole('dialog', { name: 'Request 7' });
    const author = await screen.findByText(/^Author: ann/);
    await waitFor(() => expect(document.activeElement).toBe(author));
    fireEvent.click(screen.getByRole('button', { name: 'Approve exactly this' }));
    expect(await screen.findByText(/^You have approved it/)).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Approve exactly this' }).hasAttribute('disabled')).toBe(true);
  });

  it('says what became different, and does not approve it', async () => {
    renderApp('/requests', network({ refusal: 'stale', changes: ['Job nightly: it would not be changed any more'] }));
    await look();
    expect(await screen.findByText('Job nightly: it would not be changed any more')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Approve exactly this' }).hasAttribute('disabled')).toBe(true);
  });

  describe('in Chinese', () => {
    afterEach(async () => {
      localStorage.removeItem('carillon-language');
      await startI18n();
      await loadLateWords();
      vi.restoreAllMocks();
    });

    it('tells what is asked for and what became different; a file keeps the names of its heads', async () => {
      localStorage.setItem('carillon-language', 'zh');
      await startI18n();
      await loadLateWords();
      const files: Blob[] = [];
      vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => `blob:${files.push(file as Blob)}`);
      vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
      renderApp('/requests', network({ refusal: 'stale', changes: ['Job nightly: it would not be changed any more'] }));
      expect(await screen.findByText('应用 作业 nightly')).toBeTruthy();
      fireEvent.click(screen.getByRole('button', { name: 'CSV' }));
      await expect.poll(() => files.length).toBe(1);
      const [head, first] = ((await files[0]?.text()) ?? '').split('\r\n');
      expect(head).toContain('number,act,state,author');
      expect(first).toContain('应用 作业 nightly');
      fireEvent.click(screen.getByRole('button', { name: '查看' }));
      expect(await screen.findByText('作业 nightly：不再需要更改')).toBeTruthy();
    });
  });
});
