import { accessTokenRoutes, accountRoutes, signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import type { Response } from '@carillon/contract/http/route';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

const account: Response<typeof accountRoutes.change> = {
  ...{ name: 'ann', kind: 'person', issuer: null, groups: [], hasPassword: true, hasSecondFactor: false },
  grants: [{ role: 'operator', scope: { team: 'data' } }],
  ...{ disabled: false, author: 'admin', createdAt: '2026-11-20T08:00:00.000Z', signedInAt: null },
};
const network = () =>
  new FakeNetwork()
    .on(accountRoutes.list, () => ({ items: [account], next: null }))
    .on(accessTokenRoutes.list, () => ({ items: [], next: null }))
    .on(signedInRoutes.list, () => ({ items: [], next: null }));

describe('the page of access', () => {
  it('shows who may do what, and changes it as it is written', async () => {
    const changed: unknown[] = [];
    renderApp(
      '/access',
      network().on(accountRoutes.change, ({ body }) => {
        changed.push(body);
        return account;
      }),
    );
    expect(await screen.findByText('operator@team:data')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Change' }));
    expect(document.activeElement?.tagName).toBe('TEXTAREA');
    const [field] = screen.getAllByLabelText('May');
    fireEvent.change(field as HTMLElement, { target: { value: 'viewer@all boss@all' } });
    expect(screen.getByText('Not a grant: boss@all')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Save' }).hasAttribute('disabled')).toBe(true);
    fireEvent.change(field as HTMLElement, { target: { value: 'viewer@all\neditor@labels:env=prod' } });
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText('operator@team:data');
    expect(changed).toEqual([
      {
        grants: [
          { role: 'viewer', scope: { all: true } },
          { role: 'editor', scope: { labels: { env: 'prod' } } },
        ],
      },
    ]);
  });

  it('adds a person and shows the link once', async () => {
    const invitation = { url: 'https://x/sign-in#invitation=secret', expiresAt: '2026-11-23T08:00:00.000Z' };
    renderApp(
      '/access',
      network().on(accountRoutes.create, () => ({ account, invitation })),
    );
    fireEvent.change(await screen.findByLabelText('Name'), { target: { value: 'ann' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    expect(await screen.findByText(invitation.url)).toBeTruthy();
  });

  it('says beside the name that it is taken', async () => {
    renderApp(
      '/access',
      network().on(accountRoutes.create, () => refuse('conflict', { name: 'Ann' })),
    );
    const field = await screen.findByLabelText('Name');
    fireEvent.change(field, { target: { value: 'Ann' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    await screen.findByText('Somebody is called Ann already. Expected a name that nobody has.');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('asks before a new link takes a password away, and before a token is revoked', async () => {
    const at = '2026-11-20T08:00:00.000Z';
    const token: Response<typeof accessTokenRoutes.revoke> = {
      ...{ id: '0195f6e2-1c5a-7c3e-8f00-1234567890ab', name: 'deploy', owner: 'ann', area: 'all', grants: null },
      ...{ addresses: [], author: 'ann', createdAt: at, expiresAt: at, usedAt: null, usedFrom: null, revokedAt: null },
    };
    const asked = network()
      .on(accessTokenRoutes.list, () => ({ items: [token], next: null }))
      .on(accessTokenRoutes.revoke, () => token)
      .on(accountRoutes.invite, () => ({ url: 'https://x/sign-in#invitation=secret', expiresAt: at }));
    renderApp('/access', asked);
    for (const [button, question, path] of [
      ['New link', 'New link for ann?', 'POST /accounts/:name/invitations'],
      ['Revoke', 'Revoke deploy?', 'DELETE /access-tokens/:id'],
    ] as const) {
      fireEvent.click(await screen.findByRole('button', { name: button }));
      const dialog = await screen.findByRole('dialog', { name: question });
      expect(asked.calls.map(({ route }) => route)).not.toContain(path);
      fireEvent.click(within(dialog).getByRole('button', { name: button }));
      await expect.poll(() => asked.calls.map(({ route }) => route)).toContain(path);
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    }
  });
});

describe('one’s own page', () => {
  it('lists the keys that one approves with, and forgets one', async () => {
    const key = { key: 'A'.repeat(43), owner: 'admin', createdAt: '2026-11-28T08:00:00.000Z' };
    const blue = { ...key, key: 'B'.repeat(43), fingerprint: 'b'.repeat(32), name: 'blue', credentialId: 'Ymx1ZQ' };
    const items = [
      { ...key, fingerprint: 'a'.repeat(32), name: 'laptop' },
      blue,
      { ...key, fingerprint: 'c'.repeat(32), name: 'another’s', owner: 'bob' },
    ];
    vi.stubGlobal('isSecureContext', false);
    const network = new FakeNetwork()
      .on(accessTokenRoutes.mine, () => ({ items: [] }))
      .on(signedInRoutes.mine, () => ({ items: [] }))
      .on(approvalRoutes.keys, () => ({ items }))
      .on(approvalRoutes.removeKey, () => blue);
    renderApp('/account', network);
    expect(await screen.findByText('b'.repeat(32))).toBeTruthy();
    expect(screen.getByText('security key')).toBeTruthy();
    expect(screen.queryByText('another’s')).toBeNull();
    expect(screen.getByText(/only on pages that are served by https/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Forget blue' }));
    await expect
      .poll(() => network.calls.find(({ route }) => route.startsWith('DELETE'))?.asked)
      .toEqual({ key: 'b'.repeat(32) });
  });

  it('says beside the present password that it is a wrong one', async () => {
    const wrong = { path: 'current', code: 'wrong_value', expected: 'the present password', got: '(hidden)' };
    const problems = [{ ...wrong, message: 'current: expected the present password' }];
    const network = new FakeNetwork()
      .on(accessTokenRoutes.mine, () => ({ items: [] }))
      .on(signedInRoutes.mine, () => ({ items: [] }))
      .on(signedInRoutes.changePassword, () => refuse('invalid', { problems }));
    renderApp('/account', network, () => ({ hasPassword: true, hasSecondFactor: false }));
    const [present] = await screen.findAllByLabelText('Present password');
    fireEvent.change(present as HTMLElement, { target: { value: 'a wrong one' } });
    fireEvent.change(screen.getByLabelText('New password'), { target: { value: 'a long enough sentence' } });
    fireEvent.click(screen.getByRole('button', { name: 'Change' }));
    const said = await screen.findByText(/^Expected the present password/);
    expect(present?.getAttribute('aria-describedby')).toContain(said.id);
    expect(said.id).not.toBe('');
  });

  it('says whether there is a second factor, and switches it on and off', async () => {
    let isOn = false;
    const network = new FakeNetwork()
      .on(accessTokenRoutes.mine, () => ({ items: [] }))
      .on(signedInRoutes.mine, () => ({ items: [] }))
      .on(signedInRoutes.beginSecondFactor, () => ({ secret: 'ABCDEFGH', uri: 'otpauth://totp/x' }))
      .on(signedInRoutes.confirmSecondFactor, () => {
        isOn = true;
        return { recoveryCodes: ['first-code', 'second-code'] };
      })
      .on(signedInRoutes.removeSecondFactor, () => {
        isOn = false;
        return { removed: true };
      });
    renderApp('/account', network, () => ({ hasPassword: true, hasSecondFactor: isOn }));
    await screen.findByText('Signing in asks for the password alone.');
    const give = async (label: string, value: string, button: string) => {
      const fields = await screen.findAllByLabelText(label);
      fireEvent.change(fields.at(-1) as HTMLElement, { target: { value } });
      fireEvent.click(screen.getByRole('button', { name: button }));
    };
    await give('Present password', 'the present one', 'Set up an authenticator');
    await screen.findByText('ABCDEFGH');
    expect(document.activeElement?.getAttribute('autocomplete')).toBe('one-time-code');
    await give('Code of the authenticator', '123456', 'Switch on');
    expect(await screen.findByText(/first-code/)).toBeTruthy();
    expect(screen.getByText('Signing in asks for the code of an authenticator as well.')).toBeTruthy();
    await give('Present password', 'the present one', 'Switch off');
    await screen.findByText('Signing in asks for the password alone.');
    expect(screen.queryByText(/first-code/)).toBeNull();
  });
});
