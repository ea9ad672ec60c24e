import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleJob } from '../../testing/samples.js';

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
    expect(screen.getByText('2/3')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Load more' }));
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
    expect((await screen.findByRole('alert')).textContent).toContain('not allowed');
    fails = false;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.getByText('nightly')).toBeTruthy());
  });
});
