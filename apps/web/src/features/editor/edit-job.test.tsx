import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { fullSpec, sampleJobDetail } from '../../testing/samples.js';

const stored = `# asked for by finance
kind: Job
name: nightly
targets: { labels: { role: db } }
schedule: "0 2 * * *" # at two
run: C:\\etl.exe --full
`;
const task = { path: 'x', hostTimezone: 'UTC', exactness: 'exact' as const, reasons: [], xml: '' };
const version = {
  version: 3,
  createdAt: '2026-11-23T03:00:00.000Z',
  author: 'Ann',
  reason: 'CHG-17',
  spec: { ...fullSpec },
};
const fire = {
  at: '2027-03-28T01:30:00.000Z',
  local: '2027-03-28T03:30:00',
  timezone: 'Europe/Berlin',
  mark: 'after-gap' as const,
};

function editNetwork() {
  return new FakeNetwork()
    .on(jobRoutes.get, () => ({ ...sampleJobDetail(), source: stored }))
    .on(jobRoutes.version, () => ({ ...version, source: stored.replace('at two', 'since ever') }))
    .on(jobRoutes.preview, () => ({ task, nextFires: [], hosts: ['db-01'] }))
    .on(jobRoutes.apply, ({ body }) => ({
      dryRun: body.dryRun ?? false,
      results: [{ kind: 'Job' as const, name: 'nightly', change: 'updated' as const, version: 3, hosts: 7 }],
    }));
}

const open = (path = '/jobs/nightly/edit', network = editNetwork()) => {
  const app = renderApp(path, network);
  const asked = () => network.calls.filter(({ route }) => route === 'POST /apply').map((call) => call.asked.body);
  return { ...app, asked, file: () => screen.findByLabelText<HTMLTextAreaElement>('File', { selector: 'textarea' }) };
};
const confirm = () => screen.findByText('Store it: 7 hosts');

describe('a stored job in the editor', () => {
  it('begins with the file of an earlier version that is to be brought back, and stores it over the newest', async () => {
    const { file, asked } = open('/jobs/nightly/edit?bring=1');
    expect((await file()).value).toBe(stored.replace('at two', 'since ever'));
    expect(screen.getByText(/The file is that of version/)).toBeTruthy();
    fireEvent.keyDown(document.body, { key: 's', ctrlKey: true });
    fireEvent.click(await confirm());
    await waitFor(() => expect(asked().at(-1)).toMatchObject({ expect: [{ job: 'nightly', version: 2 }] }));
  });

  it('is edited as it was written and stored by Ctrl-S over the version that was read, with its reason', async () => {
    const { file, asked, history } = open();
    expect((await file()).value).toBe(stored);
    fireEvent.change(screen.getByLabelText('Reason'), { target: { value: 'CHG-18' } });
    const owner = screen.getByLabelText<HTMLInputElement>('Owner');
    owner.focus();
    fireEvent.change(owner, { target: { value: 'ops' } });
    fireEvent.keyDown(owner, { key: 's', ctrlKey: true });
    expect((await confirm()).closest('button') === document.activeElement).toBe(true);
    fireEvent.keyDown(document.body, { key: 's', ctrlKey: true });
    await waitFor(() => expect(history.location.pathname).toBe('/jobs/nightly'));
    const expected = { sources: [`${stored}owner: ops\n`], reason: 'CHG-18', expect: [{ job: 'nightly', version: 2 }] };
    expect(asked()).toMatchObject([
      { dryRun: true, ...expected },
      { dryRun: false, ...expected, documents: [{ owner: 'ops' }] },
    ]);
  });

  it('that somebody else stored meanwhile shows theirs, and goes on from either', async () => {
    const taken = refuse('conflict', { job: 'nightly', expected: 2, current: 3 });
    const { file, asked } = open(
      '/jobs/nightly/edit',
      editNetwork().on(jobRoutes.apply, () => taken),
    );
    fireEvent.change(await file(), { target: { value: `${stored}owner: ops\n` } });
    fireEvent.click(screen.getByText('Show what would change'));
    const alert = (await screen.findByText(/Somebody else has changed/)).closest<HTMLElement>('[role=alert]');
    if (!alert) throw new Error('the conflict is no alert');
    expect(await within(alert).findByText(/Ann: CHG-17/)).toBeTruthy();
    expect(within(alert).getByLabelText('From theirs to yours:').textContent).toContain('+ owner: ops');
    fireEvent.click(within(alert).getByText('Go on from mine, over theirs'));
    expect((await file()).value).toContain('owner: ops');
    fireEvent.click(screen.getByText('Show what would change'));
    await waitFor(() => expect(asked().at(-1)).toMatchObject({ expect: [{ job: 'nightly', version: 3 }] }));
  });

  it('that others have to approve says where it waits', async () => {
    const held = refuse('conflict', { request: 12, groups: ['prod'], required: 1 });
    const { file } = open(
      '/jobs/nightly/edit',
      editNetwork().on(jobRoutes.apply, () => held),
    );
    fireEvent.change(await file(), { target: { value: `${stored}owner: ops\n` } });
    fireEvent.click(screen.getByText('Show what would change'));
    expect(await screen.findByText(/protected group prod .*change request 12/)).toBeTruthy();
  });

  it('goes on from theirs', async () => {
    const taken = refuse('conflict', { job: 'nightly', expected: 2, current: 3 });
    const { file } = open(
      '/jobs/nightly/edit',
      editNetwork().on(jobRoutes.apply, () => taken),
    );
    fireEvent.change(await file(), { target: { value: `${stored}owner: ops\n` } });
    fireEvent.click(screen.getByText('Show what would change'));
    fireEvent.click(await screen.findByText('Go on from theirs, drop mine'));
    expect((await file()).value).toBe(stored.replace('at two', 'since ever'));
  });

  it('has the suggestion of a link in its file, as a change that is not stored', async () => {
    const { file } = open('/jobs/nightly/edit?jitter=15m');
    expect((await file()).value).toContain('schedule: { cron: 0 2 * * *, jitter: 15m } # at two');
    expect(screen.getByText(/It is not saved yet/)).toBeTruthy();
    expect(screen.getByLabelText('Against version 2:').textContent).toContain('− schedule: "0 2 * * *"');
  });

  it('asks before unsaved edits are left, and stays or goes', async () => {
    const { file, history } = open();
    fireEvent.change(await file(), { target: { value: `${stored}owner: ops\n` } });
    fireEvent.click(screen.getByText('nightly', { selector: 'a' }));
    fireEvent.click(await screen.findByText('Stay'));
    await waitFor(() => expect(screen.queryByText('Stay')).toBeNull());
    expect(history.location.pathname).toBe('/jobs/nightly/edit');
    fireEvent.click(screen.getByText('nightly', { selector: 'a' }));
    fireEvent.click(await screen.findByText('Leave'));
    await waitFor(() => expect(history.location.pathname).toBe('/jobs/nightly'));
  });

  it('asks also while a field holds what it has not written yet', async () => {
    const { file, history } = open();
    await file();
    const field = screen.getByLabelText<HTMLInputElement>('Description');
    field.focus();
    history.push('/jobs');
    await waitFor(() => expect(history.location.pathname).toBe('/jobs'));
    history.back();
    await file();
    const again = screen.getByLabelText<HTMLInputElement>('Description');
    again.focus();
    fireEvent.input(again, { target: { value: 'half' } });
    history.push('/jobs');
    fireEvent.click(await screen.findByText('Stay'));
    expect(history.location.pathname).toBe('/jobs/nightly/edit');
  });

  it('shows what it would do, and goes on showing it, marked as old, while the text cannot be read', async () => {
    const gated = {
      hostTimezone: 'Europe/Berlin',
      exactness: 'gated' as const,
      reasons: ['the calendar'],
      hosts: 2,
      nextFires: [fire],
    };
    const network = editNetwork().on(jobRoutes.preview, () => ({
      task,
      nextFires: [],
      hosts: ['db-01', 'db-02'],
      stored: { version: 2, gained: ['db-02'], lost: ['old-01'] },
      zones: [
        gated,
        { ...gated, hostTimezone: 'UTC', exactness: 'exact' as const, reasons: [], hosts: 1, nextFires: [] },
      ],
      accounts: [{ account: 'gmsa:CORP\\etl$', rights: 'highest' as const, hosts: 2 }],
      overlaps: [{ job: 'reports', hosts: 1, at: fire.at }],
    }));
    const { file } = open('/jobs/nightly/edit', network);
    const preview = await screen.findByLabelText('What it would do');
    for (const words of [/get it: 1/, /old-01/, /clocks go forward/, /the calendar/, /CORP\\etl\$, with the highest/])
      expect(await within(preview).findByText(words)).toBeTruthy();
    expect(within(preview).getByRole('link', { name: 'reports' })).toBeTruthy();
    fireEvent.change(await file(), { target: { value: 'a: [' } });
    expect(within(preview).getByText(/Of an earlier text/)).toBeTruthy();
    expect(within(preview).getByText(/old-01/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('nightly');
    expect(screen.getByText(/Line 1 is not YAML yet/)).toBeTruthy();
  });

  it('has a file where none was kept', async () => {
    const { file } = open(
      '/jobs/nightly/edit',
      editNetwork().on(jobRoutes.get, () => ({ ...sampleJobDetail(), source: null })),
    );
    expect((await file()).value).toContain('program: C:\\etl.exe');
    expect(screen.getByText(/was not kept/)).toBeTruthy();
  });
});
