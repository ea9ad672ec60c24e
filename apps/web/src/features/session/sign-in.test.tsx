import { pauseRoutes } from '@carillon/contract/http/pauses.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

const me = { name: 'admin', via: 'session', expiresAt: '2026-11-24T08:00:00.000Z' } as const;
const overview = {
  at: '2026-11-23T08:00:00.000Z',
  version: '0.1.0',
  hosts: { total: 0, online: 0, lagging: 0, offline: 0, inSync: 0 },
  jobs: { total: 0, enabled: 0 },
  assignments: { total: 0, applied: 0, pending: 0, failed: 0 },
  runs: { total: 0, running: 0, succeeded: 0, warning: 0, bad: 0 },
  recentBad: [],
};

describe('signing in', () => {
  it('trades the ticket of the link once, takes it out of the address, and shows the overview', async () => {
    window.location.hash = '#ticket=a-ticket-of-enough-length';
    const network = new FakeNetwork().on(sessionRoutes.signIn, () => me).on(sessionRoutes.overview, () => overview);
    renderApp('/sign-in', network);
    expect(await screen.findByText('npx carillon apply -f examples/')).toBeTruthy();
    expect(network.calls.filter((call) => call.route === 'POST /sign-in')).toEqual([
      { route: 'POST /sign-in', asked: { body: { ticket: 'a-ticket-of-enough-length' } } },
    ]);
    expect(window.location.hash).toBe('');
  });

  it('takes a link that is put into the address of the open page', async () => {
    const network = new FakeNetwork().on(sessionRoutes.signIn, () => me).on(sessionRoutes.overview, () => overview);
    renderApp('/sign-in', network);
    await screen.findByText('npx carillon sign-in');
    window.location.hash = '#ticket=a-ticket-of-enough-length';
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    expect(await screen.findByText('npx carillon apply -f examples/')).toBeTruthy();
  });

  it('says that a link was used', async () => {
    window.location.hash = '#ticket=a-ticket-of-enough-length';
    renderApp(
      '/sign-in',
      new FakeNetwork().on(sessionRoutes.signIn, () => refuse('not_signed_in')),
    );
    expect((await screen.findByRole('alert')).textContent).toContain('used already');
    expect(screen.getByText('npx carillon sign-in')).toBeTruthy();
  });

  it('takes the admin token, and brings one back to the page that asked for signing in', async () => {
    let signedIn = false;
    const network = new FakeNetwork()
      .on(sessionRoutes.overview, () => (signedIn ? overview : refuse('not_signed_in')))
      .on(sessionRoutes.signIn, ({ body }) => {
        signedIn = 'token' in body && body.token === 'the-admin-token-0123';
        return signedIn ? me : refuse('not_signed_in');
      });
    const { history } = renderApp('/', network, () => (signedIn ? {} : refuse('not_signed_in')));
    const field = await screen.findByLabelText('Admin token');
    fireEvent.change(field, { target: { value: 'a-wrong-token-of-length' } });
    fireEvent.click(screen.getByRole('button', { name: 'Sign in with the token' }));
    expect((await screen.findByRole('alert')).textContent).toBe('This token is not known.');
    fireEvent.change(screen.getByLabelText('Admin token'), { target: { value: 'the-admin-token-0123' } });
    fireEvent.click(screen.getByRole('button', { name: 'Sign in with the token' }));
    await screen.findByText('Runs, last 24 hours');
    await waitFor(() => expect(history.location.pathname).toBe('/'));
  });

  it('that ended is begun again over the page, and what was typed there stays', async () => {
    let signedIn = true;
    const network = new FakeNetwork()
      .on(sessionRoutes.overview, () => overview)
      .on(pauseRoutes.list, () => ({ items: [], next: null }))
      .on(pauseRoutes.pause, () =>
        signedIn ? { until: me.expiresAt, hosts: ['db-01'], refused: [] } : refuse('not_signed_in'),
      )
      .on(sessionRoutes.signInPassword, () => {
        signedIn = true;
        return me;
      });
    const { history } = renderApp('/alerting/pauses', network, () => (signedIn ? {} : refuse('not_signed_in')));
    await screen.findByRole('button', { name: 'admin' });
    fireEvent.click(await screen.findByRole('button', { name: 'Pause hosts' }));
    const form = within(await screen.findByRole('dialog', { name: 'Pause hosts' }));
    fireEvent.click(form.getByLabelText('Labels'));
    const field = form.getByRole<HTMLTextAreaElement>('textbox', { name: 'Labels' });
    fireEvent.change(field, { target: { value: 'role=db' } });
    field.focus();
    signedIn = false;
    fireEvent.click(form.getByRole('button', { name: 'Which hosts are these?' }));
    const ended = within(await screen.findByRole('dialog', { name: 'Your session has ended' }));
    expect(ended.getByLabelText<HTMLInputElement>('Name').value).toBe('admin');
    const password = ended.getByLabelText('Password');
    await waitFor(() => expect(document.activeElement).toBe(password));
    for (const other of [...ended.getAllByRole('button'), ended.getByLabelText('Name'), password]) other.focus();
    fireEvent.focus(password);
    fireEvent.keyDown(password, { key: 'Escape' });
    fireEvent.change(password, { target: { value: 'the right one' } });
    fireEvent.click(ended.getByRole('button', { name: 'Sign in' }));
    await waitFor(() => expect(screen.queryByText('Your session has ended')).toBeNull());
    expect(history.location.pathname).toBe('/alerting/pauses');
    expect(field.value).toBe('role=db');
    await waitFor(() => expect(document.activeElement).toBe(field));
    fireEvent.click(form.getByRole('button', { name: 'Which hosts are these?' }));
    expect(await form.findByText('db-01')).toBeTruthy();
  });

  it('takes a name and a password, and asks for the code only where there is a second factor', async () => {
    const asked: unknown[] = [];
    const network = new FakeNetwork()
      .on(sessionRoutes.overview, () => overview)
      .on(sessionRoutes.signInPassword, ({ body }) => {
        asked.push(body);
        if (body.password !== 'the right one') return refuse('not_signed_in');
        return body.code === '123456' ? me : refuse('not_signed_in', { needs: 'code' });
      });
    renderApp('/sign-in', network);
    fireEvent.change(await screen.findByLabelText('Name'), { target: { value: 'ann' } });
    const give = async (label: string, value: string) => {
      fireEvent.change(await screen.findByLabelText(label), { target: { value } });
      fireEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    };
    await give('Password', 'a wrong one');
    expect((await screen.findByRole('alert')).textContent).toBe('Wrong name or password.');
    expect(screen.queryByLabelText('Code of the authenticator')).toBeNull();
    await give('Password', 'the right one');
    await give('Code of the authenticator', '123456');
    await screen.findByText('npx carillon apply -f examples/');
    expect(asked.at(-1)).toEqual({ name: 'ann', password: 'the right one', code: '123456' });
  });

  it('lets who was invited choose a password', async () => {
    window.location.hash = '#invitation=an-invitation-of-enough-length';
    const network = new FakeNetwork()
      .on(sessionRoutes.overview, () => overview)
      .on(sessionRoutes.acceptInvitation, () => me);
    renderApp('/sign-in', network);
    const field = await screen.findByLabelText('Choose a password');
    expect(window.location.hash).toBe('');
    fireEvent.change(field, { target: { value: 'a long walk by the river' } });
    fireEvent.click(screen.getByRole('button', { name: 'Set password and sign in' }));
    await screen.findByText('npx carillon apply -f examples/');
    expect(network.calls.find(({ route }) => route === 'POST /invitations')?.asked).toEqual({
      body: { invitation: 'an-invitation-of-enough-length', password: 'a long walk by the river' },
    });
  });

  it('who clicks his link again later signs in with the password that he chose', async () => {
    window.location.hash = '#invitation=an-invitation-of-enough-length';
    renderApp(
      '/sign-in',
      new FakeNetwork().on(sessionRoutes.acceptInvitation, () => refuse('not_signed_in')),
    );
    fireEvent.change(await screen.findByLabelText('Choose a password'), { target: { value: 'a long walk home' } });
    fireEvent.click(screen.getByRole('button', { name: 'Set password and sign in' }));
    expect(await screen.findByLabelText('Name')).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toMatch(/Sign in with the password that you chose/);
  });

  it('leads to an identity provider where there is one, and on to the page that was asked for', async () => {
    const network = new FakeNetwork()
      .on(sessionRoutes.ways, () => ({ provider: { name: 'Corp', url: '/api/v1/sign-in/oidc' } }))
      .on(sessionRoutes.overview, () => overview);
    const { unmount } = renderApp('/sign-in', network);
    const link = await screen.findByRole('link', { name: 'Sign in with Corp' });
    expect(link.getAttribute('href')).toBe('/api/v1/sign-in/oidc');
    unmount();
    window.location.hash = '#signed-in';
    renderApp('/sign-in', network);
    expect(await screen.findByText('npx carillon apply -f examples/')).toBeTruthy();
    expect(window.location.hash).toBe('');
  });

  it.each([
    ['disabled', /account is disabled/],
    ['name_taken', /account of your name/],
    ['denied', /declined there/],
  ])('says why the provider’s word was not enough: %s', async (code, words) => {
    window.location.hash = `#refused=${code}`;
    renderApp('/sign-in');
    expect((await screen.findByRole('alert')).textContent).toMatch(words);
    expect(screen.getByLabelText('Name')).toBeTruthy();
  });
});
