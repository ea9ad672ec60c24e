import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { whyRoutes } from '@carillon/contract/http/why.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { fullSpec, sampleJob, sampleJobDetail, sampleRun } from '../../testing/samples.js';
import { percent } from './job-statistics.js';

type Assignment = Response<typeof jobRoutes.assignments>['items'][number];

const uuid = (index: number) => `01a209fb-3cb0-74df-baaf-${String(index).padStart(12, '0')}`;
const at = '2026-11-23T02:00:00.000Z';

function assignment(index: number, change: Partial<Assignment> = {}): Assignment {
  return {
    job: 'nightly',
    jobId: uuid(0),
    host: `db-${index}`,
    hostId: uuid(index),
    version: 2,
    appliedVersion: 2,
    state: 'applied',
    code: null,
    message: null,
    updatedAt: at,
    presence: 'online',
    lastRun: null,
    nextFireAt: null,
    ...change,
  };
}

const network = () =>
  new FakeNetwork().on(jobRoutes.get, () => ({
    ...sampleJobDetail(),
    hostStates: { applied: 1_998, drifted: 1, rejected: 1 },
  }));

describe('the chain of a job', () => {
  it('shows what starts after what, and leads to each', async () => {
    const { id, state, startedAt, durationMs } = sampleRun();
    const node = (name: string, level: number, row = 0) => ({ name, level, row, lastRun: null });
    const asks = network().on(jobRoutes.chain, () => ({
      nodes: [
        { ...node('nightly', 0), lastRun: { id, state, startedAt, durationMs } },
        node('<b>index</b>', 1),
        node('tell', 1, 1),
      ],
      links: [
        { from: 'nightly', to: '<b>index</b>', outcome: 'success' },
        { from: 'nightly', to: 'tell', outcome: 'failure' },
      ],
      more: 3,
    }));
    renderApp('/jobs/nightly', asks);
    const chain = await screen.findByRole('region', { name: 'What starts after what' });
    expect(within(chain).getByRole('link', { name: '<b>index</b>' }).getAttribute('href')).toBe(
      '/jobs/%3Cb%3Eindex%3C%2Fb%3E',
    );
    expect(chain.querySelectorAll('path')).toHaveLength(2);
    expect(chain.querySelector('[aria-current]')?.textContent).toContain('nightly');
    expect(within(chain).getByText('after nightly, on failure')).toBeTruthy();
    expect(screen.getByText('3 more jobs belong to it.')).toBeTruthy();
  });
});

describe('the hosts of a job', () => {
  it('tell how far each is and why, how it went last and when it starts next', async () => {
    const { id, state } = sampleRun();
    const asks = network().on(jobRoutes.assignments, () => ({
      items: [
        assignment(1, { lastRun: sampleRun(), nextFireAt: '2026-11-24T02:00:00.000Z' }),
        assignment(2, {
          state: 'rejected',
          appliedVersion: 1,
          code: 'no_such_account',
          message: 'CORP\\svc is not known',
        }),
      ],
      next: null,
    }));
    renderApp('/jobs/nightly?tab=hosts', asks);
    const row = (name: string) => within(screen.getByText(name).closest('tr') as HTMLElement);
    await screen.findByText('db-1');
    expect(row('db-1').getByText(state).closest('a')?.getAttribute('href')).toBe(`/runs/${id}`);
    expect(row('db-1').getAllByText(/2026-11-2/)).toHaveLength(2);
    expect(row('db-2').getByText('no_such_account: CORP\\svc is not known')).toBeTruthy();
    expect(row('db-2').getByText(/→ v2/)).toBeTruthy();
  });

  it('are found by state and name, which the address keeps', async () => {
    const asks = network().on(jobRoutes.assignments, () => ({ items: [], next: null }));
    const { history } = renderApp('/jobs/nightly?tab=hosts&host=db', asks);
    fireEvent.click(await screen.findByRole('button', { name: 'changed on the host 1' }));
    await waitFor(() => expect(history.location.search).toContain('state=drifted'));
    await waitFor(() =>
      expect(asks.calls.at(-1)?.asked).toMatchObject({
        state: 'drifted',
        search: 'db',
        lastRun: 'true',
        nextFire: 'true',
      }),
    );
    expect(await screen.findByText('No host matches.')).toBeTruthy();
  });

  it('are in the page only as far as they are in view, however many there are', async () => {
    const items = Array.from({ length: 500 }, (_, index) => assignment(index));
    renderApp(
      '/jobs/nightly?tab=hosts',
      network().on(jobRoutes.assignments, () => ({ items, next: null })),
    );
    const table = await screen.findByRole('table', { name: 'Hosts' });
    expect(table.getAttribute('aria-rowcount')).toBe('500');
    expect(table.querySelectorAll('[data-row]').length).toBeLessThan(100);
  });
});

describe('the versions of a job', () => {
  const version = (number: number, expression: string) => ({
    version: number,
    createdAt: at,
    author: `ann-${number}`,
    reason: number === 3 ? 'moved out of the backup window' : null,
    spec: { ...fullSpec, timeoutMs: number === 1 ? 60_000 : null, schedule: [{ kind: 'cron' as const, expression }] },
  });
  const versions = [version(3, '0 4 * * *'), version(2, '0 2 * * *'), version(1, '0 2 * * *')];
  const asks = () =>
    network()
      .on(jobRoutes.get, () => ({ ...sampleJobDetail(), version: 3 }))
      .on(jobRoutes.versions, () => ({ items: versions, next: null }))
      .on(jobRoutes.version, ({ version: number }) => versions[3 - Number(number)] as (typeof versions)[0]);
  const marked = (kind: string) =>
    [...document.querySelectorAll(`.diff [data-kind="${kind}"] .diff-text`)].map(({ textContent }) => textContent);

  it('name who wrote them and why; the newest is compared with the one before', async () => {
    renderApp('/jobs/nightly?tab=versions', asks());
    expect(await screen.findByText('moved out of the backup window')).toBeTruthy();
    expect(await screen.findByRole('heading', { name: 'From v2 to v3' })).toBeTruthy();
    const fields = await screen.findByRole('table', { name: 'Fields that differ' });
    expect(within(fields).getByText('Schedule')).toBeTruthy();
    expect(fields.textContent).toContain('0 2 * * *0 4 * * *');
    expect([marked('removed'), marked('added')]).toEqual([['schedule: 0 2 * * *'], ['schedule: 0 4 * * *']]);
  });

  it('are compared, any two of them, either way', async () => {
    const { history } = renderApp('/jobs/nightly?tab=versions&before=1&after=2', asks());
    expect(await screen.findByRole('heading', { name: 'From v1 to v2' })).toBeTruthy();
    await waitFor(() => expect(marked('removed')).toEqual(['timeout: 1m']));
    expect(screen.getByText('as by default')).toBeTruthy();
    fireEvent.click(screen.getByLabelText('Compare version 3 as the one before'));
    expect(await screen.findByRole('heading', { name: 'From v3 to v2' })).toBeTruthy();
    await waitFor(() => expect(marked('added')).toEqual(['schedule: 0 2 * * *']));
    expect(history.location.search).toContain('before=3');
  });
});

describe('what a job does', () => {
  it('is said in words where the agent does it itself', async () => {
    const action = {
      root: 'D:\\logs',
      patterns: ['*.log', '**/*.tmp'],
      olderThanMs: 3 * 86_400_000,
      largerThanBytes: null,
      keepNewest: 0,
      untilFreeBytes: 20 * 1024 ** 3,
      emptyFolders: true,
      archive: null,
    };
    const run = { kind: 'cleanup', action, workingDirectory: null, environment: {} };
    renderApp(
      '/jobs/nightly',
      network().on(jobRoutes.get, () => ({ ...sampleJobDetail(), spec: { ...fullSpec, run } })),
    );
    const value = async (name: string) => (await screen.findByText(name)).nextElementSibling?.textContent;
    expect(await value('In')).toBe('D:\\logs');
    expect(await value('Files')).toBe('*.log · **/*.tmp');
    expect(await value('Older than')).toBe('3d');
    expect(await value('Until so much is free')).toBe('20.0 GiB');
    expect(screen.queryByText('Larger than')).toBeNull();
  });

  it('is said of a request too, and of a secret only its name', async () => {
    const action = {
      url: 'https://api.example.com/items',
      method: 'POST',
      headers: [{ name: 'Authorization', secret: 'api-token', prefix: 'Bearer ' }],
      body: { kind: 'json', text: '{"a":1}' },
      expect: { status: ['2xx'], json: [{ path: '$.n', atLeast: 1 }], text: null, latencyBelowMs: 1_500 },
      pages: null,
      saveTo: null,
      show: false,
      retry: null,
      breaker: { after: 5, forMs: 600_000 },
      timeoutMs: 30_000,
      maxBytes: 1024 ** 2,
      redirects: 'same-origin',
    };
    const run = { kind: 'http', action, workingDirectory: null, environment: {} };
    renderApp(
      '/jobs/nightly',
      network().on(jobRoutes.get, () => ({ ...sampleJobDetail(), spec: { ...fullSpec, run } })),
    );
    const value = async (name: string) => (await screen.findByText(name)).nextElementSibling?.textContent;
    expect(await value('Asks')).toBe('POST https://api.example.com/items');
    expect(await value('With')).toBe('Authorization: Bearer the secret api-token');
    expect(await value('In the answer')).toBe('$.n atLeast 1');
    expect(await value('In less than')).toBe('1500ms');
    expect(await value('Pause after failures')).toBe('5 in a row: 10m');
    expect(screen.queryByText('Saved to')).toBeNull();
  });
});

describe('the figures of a job', () => {
  it('say how it ends, in words, and how long it takes', async () => {
    const exit = { unsigned: 3, signed: 3, hex: '0x00000003', name: null, text: 'The program ended with exit code 3.' };
    const asks = network()
      .on(runRoutes.hours, ({ from = at }) => ({ from, to: from, items: [] }))
      .on(jobRoutes.statistics, () => ({
        runs: 1_000,
        since: at,
        durations: { minMs: 100, medianMs: 2_000, p95Ms: 9_000, maxMs: 12_000 },
        buckets: [{ fromMs: 0, toMs: 15_000, runs: 1_000 }],
        exitCodes: [{ exit, runs: 25 }],
        states: { succeeded: 975, failed: 25 },
        days: [
          { day: '2026-11-22T00:00:00.000Z', runs: 500, medianMs: 1_000, p95Ms: 8_000 },
          { day: '2026-11-23T00:00:00.000Z', runs: 500, medianMs: 2_000, p95Ms: 9_000 },
        ],
      }));
    renderApp('/jobs/nightly?tab=statistics', asks);
    expect(await screen.findByText('97.5 %')).toBeTruthy();
    expect(screen.getByText(/The program ended with exit code 3/)).toBeTruthy();
    expect(screen.getByText('failed').closest('a')?.getAttribute('href')).toContain('state=failed');
    const code = screen.getByRole('link', { name: '25 · 2.5 %' }).getAttribute('href') ?? '';
    expect(code).toContain('exit=');
    expect(code).toContain(`since=${encodeURIComponent(at)}`);
    const chart = screen.getByRole('img', { name: 'Day by day' });
    expect(chart.querySelectorAll('title')[1]?.textContent).toContain(
      '2026-11-23 UTC · Half within 2.0s · 95 % within 9.0s',
    );
  });

  it.each([
    [1_000, 1_000, '100 %'],
    [99_999, 100_000, '> 99.9 %'],
    [1, 100_000, '< 0.1 %'],
    [0, 10, '0 %'],
    [0, 0, '0 %'],
  ])('%d of %d are %s', (part, all, expected) => expect(percent(part, all)).toBe(expected));
});

it('the alerts of a job are its incidents and the policies that name it', async () => {
  const policy = { severity: 'high', description: '', when: { consecutiveFailures: 3 }, updatedAt: at };
  const asks = network()
    .on(incidentRoutes.list, () => ({ items: [], next: null }))
    .on(jobRoutes.alertPolicies, () => ({
      items: [
        { name: 'pager', jobs: ['nightly'], ...policy },
        { name: 'other', jobs: ['weekly'], ...policy },
      ],
      next: null,
    }));
  renderApp('/jobs/nightly?tab=alerts', asks);
  expect(await screen.findByText('pager')).toBeTruthy();
  expect(screen.getByText('3 failures in a row')).toBeTruthy();
  expect(screen.queryByText('other')).toBeNull();
  expect(asks.calls.find(({ route }) => route === 'GET /incidents')?.asked).toMatchObject({ job: 'nightly' });
});

it('"why didn\'t it run?" is asked of this job', async () => {
  const asks = network().on(whyRoutes.job, () => ({ items: [], next: null }));
  renderApp('/jobs/nightly', asks);
  fireEvent.change(await screen.findByLabelText('Host'), { target: { value: 'db-1' } });
  fireEvent.click(screen.getByRole('button', { name: 'Find out' }));
  await waitFor(() =>
    expect(asks.calls.find(({ route }) => route.includes('/why'))?.asked).toMatchObject({
      name: 'nightly',
      host: 'db-1',
    }),
  );
});

describe('what is done to a job', () => {
  it('starts on the hosts that were chosen, after counting them', async () => {
    const asks = network()
      .on(jobRoutes.assignments, () => ({ items: [assignment(1), assignment(2)], next: null }))
      .on(jobRoutes.run, () => ({ commands: [] }));
    renderApp('/jobs/nightly', asks);
    fireEvent.click(await screen.findByRole('button', { name: 'Run now' }));
    expect(await screen.findByRole('button', { name: 'Run on 3 hosts' })).toBeTruthy();
    fireEvent.click(screen.getByLabelText('On chosen hosts'));
    expect(screen.getByRole('button', { name: 'Run on 0 hosts' }).hasAttribute('disabled')).toBe(true);
    fireEvent.click(await screen.findByRole('combobox', { name: 'Hosts' }));
    fireEvent.click(await screen.findByRole('option', { name: 'db-2', hidden: true }));
    fireEvent.click(await screen.findByRole('button', { name: 'Run on 1 host' }));
    await waitFor(() =>
      expect(asks.calls.find(({ route }) => route === 'POST /jobs/:name/run')?.asked.body).toEqual({ hosts: ['db-2'] }),
    );
  });

  it('is deleted over a freeze by who may, with a reason', async () => {
    const asks = network()
      .on(jobRoutes.list, () => ({ items: [], next: null }))
      .on(jobRoutes.remove, ({ name, overrideFreeze }) =>
        overrideFreeze === undefined
          ? refuse('conflict', { freeze: 'year-end', until: '2027-01-04T06:00:00.000Z', jobs: ['nightly'] })
          : { name, hosts: 3 },
      );
    const { history } = renderApp('/jobs/nightly', asks, () => ({ grants: ['editor@all', 'approver@all'] }));
    fireEvent.click(await screen.findByRole('button', { name: 'Delete' }));
    fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }));
    const told = await within(screen.getByRole('dialog')).findByRole('alert');
    expect(told.textContent).toContain('Frozen by “year-end” until 2027-01-04');
    const override = within(told).getByRole('button', { name: 'Override the freeze' });
    expect(override.hasAttribute('disabled')).toBe(true);
    fireEvent.change(within(told).getByLabelText('Why it cannot wait'), { target: { value: 'leaks disk' } });
    fireEvent.click(override);
    await waitFor(() => expect(history.location.pathname).toBe('/jobs'));
    expect(asks.calls.findLast(({ route }) => route === 'DELETE /jobs/:name')?.asked.overrideFreeze).toBe('leaks disk');
  });

  it('offers who may not change it only what he may', async () => {
    const asks = network().on(jobRoutes.remove, () =>
      refuse('conflict', { freeze: 'year-end', until: '2027-01-04T06:00:00.000Z', jobs: ['nightly'] }),
    );
    let grants = ['viewer@all'];
    const { unmount } = renderApp('/jobs/nightly', asks, () => ({ grants }));
    expect(await screen.findByText('read only')).toBeTruthy();
    expect(await screen.findByRole('link', { name: 'File' })).toBeTruthy();
    for (const name of ['Run now', 'Dry run', 'Switch off', 'Delete'])
      expect(screen.queryByRole('button', { name })).toBeNull();
    unmount();
    grants = ['editor@all'];
    renderApp('/jobs/nightly', asks, () => ({ grants }));
    fireEvent.click(await screen.findByRole('button', { name: 'Delete' }));
    fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }));
    const told = await within(screen.getByRole('dialog')).findByRole('alert');
    expect(told.textContent).toContain('have an approver or admin do it');
    expect(within(told).queryByRole('button')).toBeNull();
  });

  it('is switched off over the version that was read, and deleted, after counting the hosts', async () => {
    const asks = network()
      .on(jobRoutes.apply, () => ({ dryRun: false, results: [] }))
      .on(jobRoutes.remove, ({ name }) => ({ name, hosts: 3 }))
      .on(jobRoutes.list, () => ({ items: [sampleJob({ name: 'another' })], next: null }));
    const { history } = renderApp('/jobs/nightly', asks);
    const answer = async (name: string) => {
      const dialog = await screen.findByRole('dialog');
      expect(dialog.textContent).toContain('3 hosts');
      fireEvent.click(within(dialog).getByRole('button', { name }));
    };
    fireEvent.click(await screen.findByRole('button', { name: 'Switch off' }));
    await answer('Switch off');
    await waitFor(() => expect(asks.calls.some(({ route }) => route === 'POST /apply')).toBe(true));
    const apply = asks.calls.find(({ route }) => route === 'POST /apply');
    expect(apply?.asked.body).toMatchObject({
      documents: [{ enabled: false }],
      expect: [{ job: 'nightly', version: 2 }],
    });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    fireEvent.click(screen.getByRole('button', { name: 'Delete' }));
    await answer('Delete');
    await waitFor(() => expect(history.location.pathname).toBe('/jobs'));
  });
});
