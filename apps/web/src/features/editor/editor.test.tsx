import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleJobDetail } from '../../testing/samples.js';

const hostile = '<img src=x onerror=alert(1)>';
const task = { path: 'x', hostTimezone: 'UTC', exactness: 'exact' as const, reasons: [], xml: '' };

function editorNetwork() {
  return new FakeNetwork()
    .on(jobRoutes.get, () => sampleJobDetail())
    .on(jobRoutes.preview, () => ({ task, nextFires: [], hosts: [hostile] }));
}

async function openFile(): Promise<HTMLTextAreaElement> {
  return screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'File' }, { timeout: 10_000 });
}

describe('the job editor', () => {
  it('writes the form into the file, comments kept, and the file into the form', async () => {
    const { container } = renderApp('/job-editor', editorNetwork());
    const file = await openFile();
    const name = screen.getByLabelText('Name');
    fireEvent.change(name, { target: { value: 'weekly' } });
    fireEvent.blur(name);
    expect(file.value).toContain('name: weekly\n');
    expect(file.value).toContain("# each night at two, on the host's clock");
    fireEvent.change(file, { target: { value: file.value.replace('weekly', 'monthly') } });
    expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('monthly');
    expect(await screen.findByText(hostile)).toBeTruthy();
    expect(container.querySelector('img[src="x"]')).toBeNull();
    fireEvent.change(file, { target: { value: 'a: [' } });
    expect(screen.getByText(/is not YAML yet/)).toBeTruthy();
  });

  it('shows which hosts get it first, and the freeze that would refuse it', async () => {
    const rings = [
      { ring: '5%', count: 1, hosts: ['DB-01'] },
      { ring: '100%', count: 30, hosts: ['DB-02', 'DB-03'] },
    ];
    const frozen = { freeze: 'Year end', reason: 'closing of the year', until: '2027-01-04T06:00:00.000Z' };
    const answer = { task, nextFires: [], hosts: [], rollout: { rings, soakMs: 1_800_000 }, frozen };
    renderApp(
      '/job-editor',
      editorNetwork().on(jobRoutes.preview, () => answer),
    );
    const list = await screen.findByRole('list', { name: 'In this order' }, { timeout: 10_000 });
    expect(
      within(list)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual(['5% (hosts: 1): DB-01', '100% (hosts: 30): DB-02, DB-03 …']);
    expect(screen.getByText('Each ring soaks for 30m before the next one.')).toBeTruthy();
    expect(screen.getByText(/^Frozen by Year end until/)).toBeTruthy();
    expect(screen.getByText('closing of the year')).toBeTruthy();
  });

  it('says what is wrong beside its field', async () => {
    const problem = { path: 'schedule[0].cron', code: 'x', expected: 'a crontab', got: 'soon', message: 'no crontab' };
    renderApp(
      '/job-editor',
      editorNetwork().on(jobRoutes.preview, () => refuse('invalid', { problems: [problem] })),
    );
    await openFile();
    await waitFor(() => expect(screen.getByLabelText('Schedule').getAttribute('aria-invalid')).toBe('true'));
    expect(screen.getByText('no crontab')).toBeTruthy();
    expect(screen.getByLabelText('Time zone').getAttribute('aria-invalid')).not.toBe('true');
  });

  it('keeps labels that are half said out of the file, in their field, and stores nothing meanwhile', async () => {
    renderApp('/job-editor', editorNetwork());
    const file = await openFile();
    const before = file.value;
    const labels = screen.getByLabelText<HTMLInputElement>('Targets');
    for (const half of ['role=db, env', 'role']) {
      fireEvent.change(labels, { target: { value: half } });
      fireEvent.blur(labels);
      expect([file.value, labels.value, labels.getAttribute('aria-invalid')]).toEqual([before, half, 'true']);
    }
    const plan = screen.getByRole('button', { name: 'Show what would change' });
    expect(plan.hasAttribute('disabled')).toBe(true);
    labels.focus();
    fireEvent.change(labels, { target: { value: 'role=db env=prod' } });
    fireEvent.keyDown(labels, { key: 'Enter' });
    expect(file.value).toContain('env: prod');
    expect([labels.value, document.activeElement]).toEqual(['role=db, env=prod', labels]);
    expect(plan.hasAttribute('disabled')).toBe(false);
  });

  it('says of a time zone what is wrong beside the time zone', async () => {
    const problem = { path: 'schedule[0].timezone', code: 'x', expected: 'a zone', got: 'Mars', message: 'no zone' };
    renderApp(
      '/job-editor',
      editorNetwork().on(jobRoutes.preview, () => refuse('invalid', { problems: [problem] })),
    );
    await openFile();
    await waitFor(() => expect(screen.getByLabelText('Time zone').getAttribute('aria-invalid')).toBe('true'));
    expect(screen.getByLabelText('Schedule').getAttribute('aria-invalid')).not.toBe('true');
  });

  it('asks what would change before it stores, and asks again after an edit', async () => {
    const result = { kind: 'Job' as const, name: 'daily-backup', change: 'created' as const, version: 1, hosts: 7 };
    const network = editorNetwork().on(jobRoutes.apply, ({ body }) => ({
      dryRun: body.dryRun ?? false,
      results: [result],
    }));
    const { history } = renderApp('/job-editor', network);
    const file = await openFile();
    const asked = () => network.calls.filter(({ route }) => route === 'POST /apply').map(({ asked }) => asked.body);
    fireEvent.click(screen.getByRole('button', { name: 'Show what would change' }));
    await screen.findByRole('button', { name: 'Store it: 7 hosts' });
    fireEvent.change(file, { target: { value: `${file.value}owner: ops\n` } });
    expect(screen.queryByRole('button', { name: 'Store it: 7 hosts' })).toBeNull();
    const planButton = screen.getByRole('button', { name: 'Show what would change' });
    fireEvent.change(file, { target: { value: `${file.value}enabled: true\n` } });
    expect(planButton.isConnected).toBe(true);
    fireEvent.click(planButton);
    fireEvent.click(await screen.findByRole('button', { name: 'Store it: 7 hosts' }));
    await waitFor(() => expect(history.location.pathname).toBe('/jobs/daily-backup'));
    expect(asked()).toMatchObject([
      { dryRun: true },
      { dryRun: true },
      { dryRun: false, documents: [{ owner: 'ops' }] },
    ]);
  });
});
