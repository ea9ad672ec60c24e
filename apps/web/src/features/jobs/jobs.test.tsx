import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { fullSpec, sampleJob, sampleJobDetail } from '../../testing/samples.js';
import { actOnAll } from './bulk.js';
import { barHeights } from './sparkline.js';

describe('the jobs page', () => {
  it('says how to begin when there are none', async () => {
    renderApp(
      '/jobs',
      new FakeNetwork().on(jobRoutes.list, () => ({ items: [], next: null })),
    );
    expect(await screen.findByText('npx carillon apply -f examples/')).toBeTruthy();
  });

  it('lists jobs page by page and searches by name', async () => {
    const network = new FakeNetwork().on(jobRoutes.list, ({ cursor, search }) => {
      if (search) return { items: [sampleJob({ name: `found-${search}` })], next: null };
      return cursor === undefined
        ? { items: [sampleJob()], next: 'page-2' }
        : { items: [sampleJob({ id: '01a209fb-3cb0-74df-baaf-b865520091bb', name: 'weekly' })], next: null };
    });
    renderApp('/jobs', network);
    expect(await screen.findByText('nightly')).toBeTruthy();
    expect(screen.getAllByText('2/3').length).toBeGreaterThan(0);
    // The end is in view, so the rest is fetched unasked.
    expect(await screen.findByText('weekly')).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Search by name'), { target: { value: 'db' } });
    expect(await screen.findByText('found-db')).toBeTruthy();
  });

  it('shows hostile names as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    const { container } = renderApp(
      '/jobs',
      new FakeNetwork().on(jobRoutes.list, () => ({ items: [sampleJob({ name })], next: null })),
    );
    expect(await screen.findByText(name)).toBeTruthy();
    expect(container.querySelector('td img')).toBeNull();
  });

  it('says in words what went wrong, and tries again when asked', async () => {
    let fails = true;
    const network = new FakeNetwork().on(jobRoutes.list, () =>
      fails ? refuse('forbidden') : { items: [sampleJob()], next: null },
    );
    renderApp('/jobs', network);
    expect((await screen.findByRole('alert')).textContent).toContain('Your account may not do this');
    fails = false;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.getByText('nightly')).toBeTruthy());
  });
});

describe('jobs as somebody works with them', () => {
  const names = ['alpha', 'beta', 'gamma'];
  const listed = () =>
    new FakeNetwork().on(jobRoutes.list, () => ({
      items: names.map((name, index) => sampleJob({ id: sampleJob().id.replace(/aa$/, `a${index}`), name })),
      next: null,
    }));

  it('takes the filter from the address, and keeps it under a name', async () => {
    const network = listed();
    const { history } = renderApp('/jobs?health=failing&target=role%3Ddb&owner=ops&nonsense=1', network);
    await screen.findByText('alpha');
    const [asked] = network.calls.filter(({ route }) => route === 'GET /jobs');
    expect(asked?.asked).toEqual({
      health: 'failing',
      target: 'role=db',
      owner: 'ops',
      limit: '100',
      recent: '20',
      nextFire: 'true',
    });
    fireEvent.click(screen.getByRole('button', { name: 'Views' }));
    fireEvent.change(await screen.findByLabelText('Keep this view as'), { target: { value: 'Ours' } });
    fireEvent.click(await screen.findByRole('button', { name: 'Keep' }));
    fireEvent.change(screen.getByLabelText('Owner'), { target: { value: '' } });
    await waitFor(() => expect(history.location.search).not.toContain('owner'));
    fireEvent.click(screen.getByText('Ours', { selector: '.view' }));
    await waitFor(() => expect(history.location.search).toContain('owner=ops'));
    localStorage.removeItem('carillon-views-jobs');
  });

  it('is walked, marked and opened by key', async () => {
    const network = listed().on(jobRoutes.get, () => sampleJobDetail());
    const { history } = renderApp('/jobs', network);
    const row = (name: string) => screen.getByText(name).closest('tr') as HTMLElement;
    await screen.findByText('alpha');
    row('alpha').focus();
    fireEvent.keyDown(row('alpha'), { key: 'j' });
    expect(document.activeElement).toBe(row('beta'));
    fireEvent.keyDown(row('beta'), { key: 'x' });
    fireEvent.keyDown(row('beta'), { key: 'End' });
    fireEvent.keyDown(row('gamma'), { key: ' ' });
    expect(screen.getByText('2 jobs marked')).toBeTruthy();
    fireEvent.keyDown(row('gamma'), { key: 'Enter' });
    await waitFor(() => expect(history.location.pathname).toBe('/jobs/gamma'));
  });

  it('deletes what is marked only after naming it, and tells what could not be', async () => {
    const network = listed().on(jobRoutes.remove, ({ name }) =>
      name === 'beta' ? refuse('forbidden') : { name, hosts: 3 },
    );
    renderApp('/jobs', network);
    fireEvent.click(await screen.findByLabelText('Mark alpha'));
    fireEvent.click(screen.getByLabelText('Mark beta'));
    fireEvent.click(screen.getByRole('button', { name: 'Delete' }));
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('6 tasks in all');
    expect([...dialog.querySelectorAll('li')].map((item) => item.textContent)).toEqual(['alpha', 'beta']);
    expect(network.calls.some(({ route }) => route.startsWith('DELETE'))).toBe(false);
    fireEvent.click(await screen.findByRole('button', { name: 'Delete 2 jobs' }));
    const told = await screen.findByText('1 job is deleted.');
    expect(told.parentElement?.textContent).toContain(
      'beta: Your account may not do this. The menu under your name tells what it may.',
    );
    // What is done is not done again by the next click.
    expect(screen.getByText('1 job marked')).toBeTruthy();
  });

  it('begins no more of them once it is stopped, and keeps those marked', async () => {
    const stop = new AbortController();
    new FakeNetwork().on(jobRoutes.remove, ({ name }) => {
      stop.abort();
      return { name, hosts: 1 };
    });
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const { done, left } = await actOnAll('remove', many, { stop: stop.signal });
    // Four are under way at a time.
    expect([done, left]).toEqual([many.slice(0, 4), many.slice(4)]);
  });

  it('switches jobs off over the versions that were read', async () => {
    const network = listed()
      .on(jobRoutes.get, ({ name }) => ({
        ...sampleJobDetail(),
        name,
        spec: { ...fullSpec, name },
        source: `kind: Job\nname: ${name} # ours\nschedule: "0 2 * * *"\nrun: C:\\etl.exe\n`,
      }))
      .on(jobRoutes.apply, () => ({ dryRun: false, results: [] }));
    renderApp('/jobs', network);
    fireEvent.click(await screen.findByLabelText('Mark gamma'));
    fireEvent.click(screen.getByRole('button', { name: 'Switch off' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Switch 1 off' }));
    await screen.findByText('1 job is switched off.');
    const apply = network.calls.find(({ route }) => route === 'POST /apply');
    expect(apply?.asked.body).toMatchObject({
      documents: [{ kind: 'Job', name: 'gamma', enabled: false, schedule: '0 2 * * *' }],
      expect: [{ job: 'gamma', version: 2 }],
    });
  });
});

describe('the row of a job', () => {
  it('has a bar for each of its newest runs, the longest the tallest', () => {
    expect(barHeights([{ durationMs: 0 }, { durationMs: 400 }, { durationMs: 100 }, { durationMs: null }])).toEqual([
      0.25, 1, 0.625, 0.5,
    ]);
  });
});

describe('what was changed on hosts', () => {
  it('says what was adopted, in which version, and why something was not', async () => {
    const change = {
      id: '01a209fb-3cb0-74df-baaf-b865520091bb',
      job: 'nightly',
      host: 'web-01',
      version: 1,
      state: 'drifted' as const,
      found: 'edited' as const,
      differences: ['settings.priority: wanted 5, found 9'],
      message: null,
      noticedAt: '2026-11-26T02:00:00.000Z',
      changedAt: null,
      changedBy: null,
    };
    const left = { ...change, adoption: 'left' as const, adoptionReasons: ['setting: no override says it'] };
    const adopted = {
      ...change,
      id: change.id.replace('01a2', '01a3'),
      adoption: 'adopted' as const,
      adoptedVersion: 2,
    };
    const network = new FakeNetwork()
      .on(jobRoutes.get, () => sampleJobDetail())
      .on(jobRoutes.assignments, () => ({ items: [], next: null }))
      .on(jobRoutes.taskChanges, () => ({ items: [left, adopted], next: null }));
    renderApp('/jobs/nightly', network);
    fireEvent.click(await screen.findByRole('tab', { name: 'Changes on hosts' }));
    expect(await screen.findByText('left, not adopted')).toBeTruthy();
    // In words; as Task Scheduler calls it on hover, in the details.
    expect(screen.getByText(/setting: no override says it; Settings · priority: wanted 5, found 9/)).toBeTruthy();
    expect(screen.getByText('adopted').closest('td')?.textContent).toBe('adopted v2');
  });
});
