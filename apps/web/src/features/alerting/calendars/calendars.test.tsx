import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { calendarRoutes } from '@carillon/contract/http/calendars.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../../testing/fake-network.js';
import { renderApp } from '../../../testing/render-app.js';
import { monthsFrom } from './months.js';

type Calendar = Response<typeof calendarRoutes.list>['items'][number];

const calendar = (changes: Partial<Calendar>): Calendar => ({
  ...{ name: 'holidays', description: 'of ours', days: ['12-25'], coming: ['2026-12-25'], jobs: ['etl'], jobsTotal: 7 },
  ...{ author: 'ann', updatedAt: '2026-11-24T05:00:00.000Z' },
  ...changes,
});
const list = (items: Calendar[]) => new FakeNetwork().on(calendarRoutes.list, () => ({ items, next: null }));

describe('the list of calendars', () => {
  it('tells the next day and the jobs, and warns of one that is over', async () => {
    renderApp(
      '/alerting/calendars',
      list([calendar({}), calendar({ name: 'old', coming: [], jobs: [], jobsTotal: 0 })]),
    );
    const table = await screen.findByRole('table', { name: 'Calendars' });
    const [, first, second] = within(table).getAllByRole('row');
    for (const text of ['holidays', 'of ours', 'Friday, December 25, 2026', '1 day', 'etl', 'ann'])
      expect(first?.textContent).toContain(text);
    expect(
      within(first as HTMLElement)
        .getByRole('link', { name: 'etl' })
        .getAttribute('href'),
    ).toBe('/jobs/etl');
    expect(second?.textContent).toContain('no day to come');
  });

  it.each([
    ['editor@all', true],
    ['editor@team:data', false],
    ['viewer@all', false],
  ])('%s may write them: %s', async (grant, may) => {
    renderApp('/alerting/calendars', list([calendar({})]), () => ({ grants: [grant] }));
    await screen.findByRole('table', { name: 'Calendars' });
    await waitFor(() => expect(screen.queryAllByRole('button', { name: 'Delete holidays' })).toHaveLength(may ? 1 : 0));
  });
});

it('a calendar shows its year, and is stored after a question that says which jobs follow', async () => {
  const written = { kind: 'Calendar', name: 'holidays', days: ['12-25'] };
  const network = list([])
    .on(alertDocumentRoutes.get, () => ({
      ...{ kind: 'Calendar' as const, name: 'holidays', spec: { name: 'holidays' }, written, author: 'ann' },
      ...{
        updatedAt: '2026-11-24T05:00:00.000Z',
        usedBy: [{ kind: 'Job', name: 'etl', path: 'schedule[0].calendar' }],
      },
    }))
    .on(jobRoutes.apply, () => ({
      dryRun: true,
      results: [
        { kind: 'Calendar' as const, name: 'holidays', change: 'updated' as const, version: null, hosts: null },
      ],
      followed: [{ kind: 'Job' as const, name: 'etl', change: 'updated' as const, version: 2, hosts: 12 }],
    }));
  const { container } = renderApp('/alerting/documents/Calendar?name=holidays', network);
  const days = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Days' }, { timeout: 10_000 });
  fireEvent.change(days, { target: { value: '12-25\n12-31' } });
  await waitFor(() => expect(container.querySelectorAll('.calendar-year [data-marked]').length).toBe(2), {
    timeout: 5_000,
  });
  expect(screen.getByText('2 days')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  const question = await screen.findByRole('dialog');
  expect(question.textContent).toContain('A job starts by its days and gets a new version on its hosts (12): etl.');
});

it('a job takes a calendar from a list, and the file says it', async () => {
  renderApp('/job-editor', list([calendar({})]));
  const file = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'File' }, { timeout: 10_000 });
  const field = await screen.findByLabelText<HTMLSelectElement>('Calendar');
  expect([...field.options].map(({ text }) => text)).toEqual([
    'every day of the schedule',
    'not on holidays',
    'only on holidays',
  ]);
  fireEvent.change(field, { target: { value: '-holidays' } });
  expect(file.value).toMatch(/calendar: -holidays/);
  // Two of them are for the file alone.
  fireEvent.change(file, { target: { value: file.value.replace('-holidays', '{ except: [holidays, 12-31] }') } });
  expect(screen.getByLabelText<HTMLSelectElement>('Calendar').disabled).toBe(true);
});

it('months begin on Monday and have all their days', () => {
  const months = monthsFrom('2027-02-17');
  expect(months.map(({ days }) => days.length)).toEqual([28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]);
  expect(months[0]).toMatchObject({ first: '2027-02-01', offset: 0 });
  expect(months[11]).toMatchObject({ first: '2028-01-01', offset: 5 });
});
