import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { missedRunRoutes } from '@carillon/contract/http/missed-runs.routes';
import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { runId, sampleJob, sampleRun } from '../../testing/samples.js';

const missed: Response<typeof missedRunRoutes.list>['items'][number] = {
  ...{ id: '7', job: 'etl', host: 'db-01', version: 2, occurrences: 3, timezone: 'Asia/Shanghai' },
  scheduledFor: '2026-11-23T02:00:00.000Z',
  lastFor: '2026-11-23T04:00:00.000Z',
  ...{ verdict: 'missed', cause: 'host_off', certainty: 'likely', text: 'The host was off.', runId: null },
  evidence: [{ at: null, text: 'off since 01:00' }],
  decidedAt: '2026-11-23T05:00:00.000Z',
  amended: { verdict: 'ran_late', cause: 'ran_late', text: 'It ran after all.', runId, at: '2026-11-23T06:00:00.000Z' },
};

describe('the runs page', () => {
  it('takes its filter from the address and writes it there', async () => {
    const asked: unknown[] = [];
    const network = new FakeNetwork().on(runRoutes.list, ({ limit: _, ...request }) => {
      asked.push(request);
      return { items: [], next: null };
    });
    const { history } = renderApp('/runs?bad=true&job=etl&state=nonsense', network);
    expect(await screen.findByText('No run matches.')).toBeTruthy();
    expect(asked).toEqual([{ bad: 'true', job: 'etl' }]);
    fireEvent.change(screen.getByLabelText('Host'), { target: { value: 'db-01' } });
    await waitFor(() => expect(asked).toContainEqual({ bad: 'true', job: 'etl', host: 'db-01' }));
    fireEvent.change(screen.getByLabelText('Exit code'), { target: { value: '0xC000013A' } });
    await waitFor(() =>
      expect(asked).toContainEqual({ bad: 'true', job: 'etl', host: 'db-01', exitCode: '3221225786' }),
    );
    expect(screen.getByRole('link', { name: 'CSV' }).getAttribute('href')).toBe(
      '/api/v1/runs/table.csv?bad=true&exitCode=3221225786&host=db-01&job=etl',
    );
    fireEvent.change(screen.getByLabelText('Exit code'), { target: { value: 'many' } });
    expect(await screen.findByText('A number, also as 0x…')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Clear the filter' }));
    await waitFor(() => expect(history.location.search).toBe(''));
  });

  it('offers the names of jobs that have what is typed: it wants one in full', async () => {
    const network = new FakeNetwork()
      .on(runRoutes.list, () => ({ items: [], next: null }))
      .on(jobRoutes.list, ({ search }) => ({ items: [sampleJob({ name: `sql-${search}` })], next: null }));
    renderApp('/runs', network);
    const job = await screen.findByLabelText<HTMLInputElement>('Job');
    fireEvent.focus(job);
    fireEvent.change(job, { target: { value: 'backup' } });
    await waitFor(() => expect(document.querySelector('datalist option')?.getAttribute('value')).toBe('sql-backup'));
    expect(document.querySelector('datalist option')?.parentElement?.id).toBe(job.getAttribute('list'));
  });

  it('keeps a time that is half typed, and says which order it expected', async () => {
    const since = '2026-11-23T02:00:00.000Z';
    const { history } = renderApp(
      `/runs?since=${since}`,
      new FakeNetwork().on(runRoutes.list, () => ({ items: [], next: null })),
    );
    // While a part is typed anew the browser says that there is nothing.
    fireEvent.change(await screen.findByLabelText('Started at or after'), { target: { value: '' } });
    expect(screen.getByLabelText('Started at or after')).toBeTruthy();
    expect(history.location.search).toContain('since=');
    fireEvent.change(screen.getByLabelText('Started before'), { target: { value: '2026-11-01T00:00' } });
    await waitFor(() => expect(screen.getByLabelText('Started before').getAttribute('aria-invalid')).toBe('true'));
    fireEvent.change(screen.getByLabelText('Label of the host'), { target: { value: 'role' } });
    expect(await screen.findByText('Expected key=value.')).toBeTruthy();
    expect(history.location.search).not.toContain('label');
  });

  it('shows where in the output the words stand, within a time that it names', async () => {
    let since = '';
    const found = { stream: 'stderr' as const, before: 'volume <b> ', words: 'is full', after: '\u001b[0m!' };
    const network = new FakeNetwork().on(runRoutes.list, (request) => {
      since = request.since ?? '';
      return { items: [{ ...sampleRun(), found }], next: null, notSearched: '2026-10-01T03:00:00.000Z' };
    });
    renderApp('/runs?text=is+full', network);
    const mark = await screen.findByText('is full');
    expect(mark.parentElement?.textContent).toBe('volume <b> is full!');
    expect(screen.getByText('Searched: last 24 hours. Choose another time to search more.')).toBeTruthy();
    expect(screen.getByText(/^Output of runs that started until .* is archived and was not searched\.$/)).toBeTruthy();
    expect(Math.abs(Date.now() - 86_400_000 - Date.parse(since))).toBeLessThan(120_000);
    const run = document.querySelector(`a[href^="/runs/${runId}"]`);
    expect(run?.getAttribute('href')).toBe(`/runs/${runId}?find=is+full`);
  });

  it('keeps only the rows in view in the page, and asks for more near the end', async () => {
    const cursors: unknown[] = [];
    const items = Array.from({ length: 100 }, (_, index) =>
      sampleRun({ id: `01a209fb-3cb0-74df-baaf-b865520${String(10_000 + index)}` }),
    );
    const network = new FakeNetwork().on(runRoutes.list, ({ cursor }) => {
      cursors.push(cursor);
      return { items, next: cursor === undefined ? 'b' : null };
    });
    renderApp('/runs', network);
    const table = await screen.findByRole('table', { name: 'Runs' });
    expect(table.getAttribute('aria-rowcount')).toBe('100');
    expect(table.querySelectorAll('[data-row]').length).toBeLessThan(60);
    expect(cursors).toEqual([undefined]);
  });
});

describe('what was missed', () => {
  it('stands beside what ran, with verdict, reason and evidence', async () => {
    const asked: unknown[] = [];
    const network = new FakeNetwork().on(missedRunRoutes.list, (request) => {
      asked.push(request);
      return { items: [missed], next: null };
    });
    const { history } = renderApp(
      '/runs?job=etl',
      network.on(runRoutes.list, () => ({ items: [], next: null })),
    );
    fireEvent.click(await screen.findByRole('tab', { name: 'What was missed' }));
    expect(await screen.findByText('The host was off.')).toBeTruthy();
    expect(history.location.search).toBe('?view=missed&job=etl');
    expect(asked).toEqual([{ job: 'etl' }]);
    const table = screen.getByRole('table', { name: 'What was missed' });
    expect(within(table).getByText('missed')).toBeTruthy();
    expect(table.textContent).toContain('3 starts, until');
    expect(table.textContent).toContain('off since 01:00');
    expect(table.textContent).toContain('It ran after all.');
  });
});

describe('a run whose program was never started', () => {
  it('says why in the list', async () => {
    const run = sampleRun({ state: 'skipped', reason: 'condition_cpu', detail: 'CPU at 93 %, expected below 70 %' });
    renderApp(
      '/runs',
      new FakeNetwork().on(runRoutes.list, () => ({ items: [run], next: null })),
    );
    const why = await screen.findByText('The processors were too busy.');
    expect(why.getAttribute('title')).toBe('CPU at 93 %, expected below 70 %');
  });
});

describe('an address with nothing behind it', () => {
  it('is named in words when a run does not exist', async () => {
    const network = new FakeNetwork().on(runRoutes.get, () => refuse('not_found', { kind: 'run', name: 'x' }));
    renderApp('/runs/x', network);
    expect((await screen.findByRole('alert')).textContent).toContain('There is no run “x”.');
  });

  it('leads back when there is no such page', async () => {
    renderApp('/nowhere');
    expect(await screen.findByText('There is no such page.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Overview' })).toBeTruthy();
  });
});
