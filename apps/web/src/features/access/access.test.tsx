import { accessTokenRoutes, accountRoutes, signedInRoutes } from '@carillon/contract/http/accounts.routes';
import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import type { Response } from '@carillon/contract/http/route';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { isAnythingUnsaved } from '../../lib/unsaved.js';
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
    fireEvent.click(screen.getByRole('button', { name: 'Change: ann' }));
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

  it('says what the last who administers everything loses, before it is deleted', async () => {
    const asked = network()
      .on(accountRoutes.list, () => ({
        items: [{ ...account, grants: [{ role: 'admin' as const, scope: { all: true as const } }] }],
        next: null,
      }))
      .on(accountRoutes.remove, ({ name }) => ({ removed: name }));
    renderApp('/access', asked, () => ({ name: 'Ann' }));
    expect((await screen.findByText('admin@all')).closest('tr')?.textContent).not.toContain('New link');
    fireEvent.click(screen.getByRole('button', { name: 'Delete: ann' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Delete ann?' }));
    expect(dialog.getByText(/^This is your own account/)).toBeTruthy();
    expect(dialog.getByText(/^Nobody else in this list/)).toBeTruthy();
    fireEvent.click(dialog.getByRole('button', { name: 'Delete' }));
    await expect
      .poll(() => asked.calls.find(({ route }) => route.startsWith('DELETE'))?.asked)
      .toEqual({ name: 'ann' });
  });

  it('makes a token of a service, kept to where it is used', async () => {
    const at = '2027-11-20T08:00:00.000Z';
    const token = {
      ...{ id: 'x', name: 'tickets', owner: 'ann', area: 'all' as const, grants: null, addresses: ['10.1.0.0/16'] },
      ...{ author: 'admin', createdAt: at, expiresAt: at, usedAt: null, usedFrom: null, revokedAt: null },
    };
    const asked = network()
      .on(accountRoutes.list, () => ({ items: [{ ...account, kind: 'service' as const }], next: null }))
      .on(accessTokenRoutes.createFor, () => ({ ...token, token: 'carillon_x_secret' }));
    renderApp('/access', asked);
    fireEvent.click(await screen.findByRole('button', { name: 'New token: ann' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Token for ann' }));
    fireEvent.change(dialog.getByLabelText('Name'), { target: { value: 'tickets' } });
    fireEvent.change(dialog.getByLabelText('From addresses'), { target: { value: '10.1.0.0/16' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Make a token' }));
    expect(await dialog.findByText('carillon_x_secret')).toBeTruthy();
    expect(asked.calls.find(({ route }) => route === 'POST /accounts/:name/access-tokens')?.asked).toEqual({
      name: 'ann',
      body: { name: 'tickets', area: 'all', addresses: ['10.1.0.0/16'], expiresInDays: 90 },
    });
  });

  it('adds a person and shows the link once', async () => {
    const invitation = { url: 'https://x/sign-in#invitation=secret', expiresAt: '2026-11-23T08:00:00.000Z' };
    renderApp(
      '/access',
      network().on(accountRoutes.create, () => ({ account, invitation })),
    );
    fireEvent.change(await screen.findByLabelText('Name'), { target: { value: 'ann' } });
    fireEvent.change(screen.getByLabelText('May'), { target: { value: 'editor@team:data team' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    expect(await screen.findByText(invitation.url)).toBeTruthy();
    expect(screen.getByText(/^This link lets ann choose/)).toBeTruthy();
    // The next one is not given what this one was given.
    expect(screen.getByLabelText<HTMLTextAreaElement>('May').value).toBe('viewer@all');
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
      ...{ addresses: [], author: 'ann', createdAt: at, expiresAt: '2099-11-20T08:00:00.000Z', usedAt: null },
      ...{ usedFrom: null, revokedAt: null },
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
      fireEvent.click(await screen.findByRole('button', { name: new RegExp(`^${button}: `) }));
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
    const asked = within(await screen.findByRole('dialog', { name: 'Forget blue?' }));
    fireEvent.click(asked.getByRole('button', { name: 'Forget' }));
    await expect
      .poll(() => network.calls.find(({ route }) => route.startsWith('DELETE'))?.asked)
      .toEqual({ key: 'b'.repeat(32) });
  });

  it('says beside the present password that it is a wrong one', async () => {
    const wrong = { path: 'current', code: 'wrong_value', expected: 'the present password', got: '"(hidden)"' };
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
    const said = await screen.findByText('Expected the present password');
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
    expect(screen.getByRole('img', { name: 'The key for an authenticator as a QR code' })).toBeTruthy();
    expect(document.activeElement?.getAttribute('autocomplete')).toBe('one-time-code');
    await give('Code of the authenticator', '123456', 'Switch on');
    expect(await screen.findByText(/first-code/)).toBeTruthy();
    // They stand alone, and leaving them is asked about.
    expect(screen.queryByRole('button', { name: 'Switch off' })).toBeNull();
    expect(document.activeElement?.textContent).toContain('first-code');
    expect(isAnythingUnsaved()).toBe(true);
    fireEvent.click(screen.getByRole('button', { name: 'I have it' }));
    expect(await screen.findByText('Signing in asks for the code of an authenticator as well.')).toBeTruthy();
    await give('Present password', 'the present one', 'Switch off');
    await screen.findByText('Signing in asks for the password alone.');
    expect(screen.queryByText(/first-code/)).toBeNull();
  });

  it('signs other browsers out after a question, so that a double click does not end the next one', async () => {
    const at = '2026-11-20T08:00:00.000Z';
    const id = (n: number) => `0195f6e2-1c5a-7c3e-8f00-12345678900${n}`;
    const session = (n: number) => ({
      ...{ id: id(n), name: 'admin', method: 'password', address: '10.0.0.7', current: n === 0 },
      ...{
        agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
        createdAt: at,
        expiresAt: at,
      },
    });
    let items = [0, 1, 2].map(session);
    const network = new FakeNetwork()
      .on(accessTokenRoutes.mine, () => ({ items: [] }))
      .on(signedInRoutes.mine, () => ({ items }))
      .on(signedInRoutes.end, ({ id: ended }) => {
        items = items.filter((one) => one.id !== ended);
        return { ended };
      });
    const ended = () => network.calls.filter(({ route }) => route.startsWith('DELETE')).map(({ asked }) => asked.id);
    renderApp('/account', network);
    const press = await screen.findByRole('button', { name: 'Sign out everywhere else' });
    fireEvent.doubleClick(screen.getAllByRole('button', { name: 'Sign out' })[0] as HTMLElement);
    expect(ended()).toEqual([]);
    fireEvent.click(press);
    const asked = within(await screen.findByRole('dialog', { name: 'Sign out everywhere else?' }));
    expect(asked.getByText(/^2 other browsers/)).toBeTruthy();
    fireEvent.click(asked.getByRole('button', { name: 'Sign out everywhere else' }));
    await expect.poll(ended).toEqual([id(1), id(2)]);
    expect(screen.getAllByText('Firefox 133 on Linux').length).toBeGreaterThan(0);
  });
});
