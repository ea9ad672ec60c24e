import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

const origin = 'https://carillon.example.com';
const file = (name: string) => ({ name, bytes: 1, sha256: 'x' });

function network(...files: string[]) {
  return new FakeNetwork()
    .on(hostRoutes.list, () => ({ items: [], next: null }))
    .on(hostRoutes.agentFiles, () => ({ origin, files: files.map(file) }));
}

const token = {
  id: '01890000-0000-7000-8000-000000000001',
  createdAt: '2026-11-24T08:00:00.000Z',
  expiresAt: '2026-11-24T09:00:00.000Z',
  uses: 3,
  used: 0,
  labels: {},
  revoked: false,
  addresses: [],
  hostNames: null,
  needsApproval: false,
  author: '',
  token: 'join-me',
};

const open = async () => fireEvent.click(await screen.findByRole('button', { name: 'Add Windows hosts' }));

describe('adding hosts', () => {
  it('gives the line to run on them, with a token made for it', async () => {
    const asked = network('carillon-agent.exe', 'carillon-agent.msi').on(hostRoutes.createToken, () => token);
    renderApp('/hosts', asked);
    await open();
    fireEvent.change(await screen.findByLabelText('Labels'), { target: { value: 'role=db, env=a=b' } });
    fireEvent.change(screen.getByLabelText('How many hosts'), { target: { value: '3' } });
    fireEvent.click(screen.getByRole('button', { name: 'Make the line' }));
    expect(await screen.findByText(/install\.ps1.* -Token 'join-me'/)).toBeTruthy();
    expect(asked.calls.find(({ route }) => route === 'POST /enrolment-tokens')?.asked.body).toEqual({
      uses: 3,
      expiresInMinutes: 60,
      labels: { role: 'db', env: 'a=b' },
    });
    fireEvent.click(screen.getByText('MSI'));
    expect(await screen.findByText(/^msiexec .* TOKEN=join-me$/)).toBeTruthy();
  });

  it('says what is missing where no agent was built, and makes no token', async () => {
    const asked = network();
    renderApp('/hosts', asked);
    await open();
    expect(await screen.findByText('npm run build:agent')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Make the line' })).toBeNull();
  });

  it('begins in its first field, and says beside a field what was expected of it', async () => {
    const problem = { path: 'addresses[0]', code: 'wrong_value', expected: 'a network', got: '"here"', message: '' };
    const asked = network('carillon-agent.exe').on(hostRoutes.createToken, () =>
      refuse('invalid', { problems: [problem] }),
    );
    renderApp('/hosts', asked);
    await open();
    const uses = await screen.findByLabelText('How many hosts');
    await waitFor(() => expect(document.activeElement).toBe(uses));
    const labels = screen.getByLabelText('Labels');
    fireEvent.change(labels, { target: { value: 'role' } });
    expect(labels.getAttribute('aria-invalid')).toBe('true');
    fireEvent.submit(labels);
    expect(asked.calls.some(({ route }) => route === 'POST /enrolment-tokens')).toBe(false);
    fireEvent.change(labels, { target: { value: '' } });
    fireEvent.submit(labels);
    expect(await screen.findByText('Expected a network, got "here"')).toBeTruthy();
    expect(screen.getByLabelText('Only from these addresses').getAttribute('aria-invalid')).toBe('true');
  });

  it('says why the server refuses', async () => {
    renderApp(
      '/hosts',
      network('carillon-agent.exe').on(hostRoutes.createToken, () => refuse('forbidden')),
    );
    await open();
    fireEvent.click(await screen.findByRole('button', { name: 'Make the line' }));
    expect(
      await screen.findByText('Your account may not do this. The menu under your name tells what it may.'),
    ).toBeTruthy();
    expect(screen.queryByText(/-Token/)).toBeNull();
  });
});
