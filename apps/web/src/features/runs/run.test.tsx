import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { whyRoutes } from '@carillon/contract/http/why.routes';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { sampleIncident } from '../../testing/incident-samples.js';
import { renderApp } from '../../testing/render-app.js';
import { runId, sampleCommand, sampleRun } from '../../testing/samples.js';

type Page = Response<typeof runRoutes.output>;
const piece = (stream: 'stdout' | 'stderr', offset: number, text: string, droppedBefore = 0) => ({
  stream,
  offset,
  text,
  droppedBefore,
  at: '2026-11-23T02:00:01.500Z',
});
const whole = (...items: Page['items']): Page => ({ items, next: null, complete: true, encoding: 'utf-8' });
const networkWith = (run: ReturnType<typeof sampleRun>, page: Page = whole()) =>
  new FakeNetwork().on(runRoutes.get, () => run).on(runRoutes.output, () => page);
const rowsOf = (log: HTMLElement) => [...log.querySelectorAll('.output-row')].map((row) => row.textContent);

describe('the output of a run', () => {
  it('names the exit code and shows both streams with what was not kept', async () => {
    const page = whole(piece('stdout', 0, '备份开始\n'), piece('stderr', 0, 'disk full\n', 12_345));
    renderApp(`/runs/${runId}`, networkWith(sampleRun(), { ...page, encoding: 'gbk' }));
    expect(await screen.findByText('3 (0x00000003)')).toBeTruthy();
    const log = await screen.findByRole('log');
    await waitFor(() => expect(rowsOf(log)).toEqual(['备份开始', '12,345 bytes were not kept', 'disk full']));
    expect(log.querySelectorAll('[data-stream="stderr"]')).toHaveLength(2);
    fireEvent.click(screen.getByLabelText('stderr'));
    await waitFor(() => expect(log.textContent).not.toContain('备份开始'));
  });

  it('in the archive says where it lies, and is no blank when it cannot be read there', async () => {
    const archived = { at: '2026-10-01T03:00:00.000Z', bucket: 'cold' };
    const run = sampleRun();
    const network = networkWith({ ...run, output: { ...run.output, archived } }).on(runRoutes.output, () =>
      refuse('unavailable', { archived: { ...archived, reason: 'unreachable' } }),
    );
    renderApp(`/runs/${runId}`, network);
    expect((await screen.findByRole('alert')).textContent).toContain(
      'archived on 2026-10-01 to bucket cold, which does not answer',
    );
    expect(screen.getByText('archived on 2026-10-01 to bucket cold')).toBeTruthy();
    expect(screen.queryByText('It has written nothing yet.')).toBeNull();
    expect(screen.queryByText('ended; the rest of the output is on its way')).toBeNull();
  });

  it('appears while the program runs, and is not asked for after its end', async () => {
    const pages: Page[] = [
      { items: [piece('stdout', 0, 'one\n')], next: 'c1', complete: false, encoding: 'utf-8' },
      { items: [], next: 'c1', complete: false, encoding: 'utf-8' },
      { items: [piece('stdout', 4, 'two\n')], next: null, complete: true, encoding: 'utf-8' },
    ];
    const cursors: unknown[] = [];
    const running = sampleRun({ state: 'running', exitCode: null, exit: null, finishedAt: null, durationMs: null });
    const network = networkWith(running).on(runRoutes.output, ({ cursor }) => {
      cursors.push(cursor);
      return pages[Math.min(cursors.length, pages.length) - 1] as Page;
    });
    renderApp(`/runs/${runId}`, network);
    const log = await screen.findByRole('log');
    await waitFor(() => expect(log.textContent).toContain('one'));
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
    await waitFor(() => expect(rowsOf(log)).toEqual(['one', 'two']), { timeout: 5_000 });
    expect(log.getAttribute('data-complete')).toBe('true');
    expect(cursors).toEqual([undefined, 'c1', 'c1']);
  });

  it('is searched, step by step and round, beginning with what the address says', async () => {
    const page = whole(piece('stdout', 0, 'Disk full\nfine\ndisk FULL again\n'));
    renderApp(`/runs/${runId}?find=disk+full`, networkWith(sampleRun(), page));
    expect(await screen.findByText('1 of 2')).toBeTruthy();
    const log = screen.getByRole('log');
    const marked = () => log.querySelector('mark[data-current]')?.textContent;
    expect(marked()).toBe('Disk full');
    fireEvent.click(screen.getByRole('button', { name: 'The next one' }));
    await waitFor(() => expect(marked()).toBe('disk FULL'));
    const box = screen.getByLabelText('Find in the output');
    fireEvent.keyDown(box, { key: 'Enter' });
    await waitFor(() => expect(marked()).toBe('Disk full'));
    fireEvent.change(box, { target: { value: 'nothing' } });
    expect(await screen.findByText('not found')).toBeTruthy();
    expect(log.querySelector('mark')).toBeNull();
  });

  it('is text whatever is in it, and of a megabyte only what is in view is in the page', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u001b[31m\u202egpj.exe';
    const long = 'y'.repeat(1_048_576);
    renderApp(`/runs/${runId}`, networkWith(sampleRun(), whole(piece('stdout', 0, `${hostile}\n${long}`))));
    const log = await screen.findByRole('log');
    await waitFor(() => expect(log.textContent).toContain('<img src=x onerror=alert(1)>⟨U+202E⟩gpj.exe'));
    expect(log.querySelector('img')).toBeNull();
    expect(log.querySelectorAll('.output-row').length).toBeLessThan(100);
  });

  it('tells how far a run is, and what it handed over', async () => {
    const running = sampleRun({ state: 'running', exitCode: null, exit: null, finishedAt: null, durationMs: null });
    const page = whole(piece('stdout', 0, '::progress 10%\nworking\n::progress 40% <b>files</b>\n'));
    renderApp(`/runs/${runId}`, networkWith(running, page));
    const bar = await screen.findByRole('progressbar', { name: 'Progress' });
    expect(bar.getAttribute('aria-valuenow')).toBe('40');
    expect(screen.getByText('<b>files</b>', { selector: 'bdi' })).toBeTruthy();
    cleanup();
    const end = whole(piece('stdout', 0, '::progress 40%\n::result {"files":3,"from":"D:\\\\in","all":{"a":1}}\n'));
    renderApp(`/runs/${runId}`, networkWith(sampleRun(), end));
    expect(await screen.findByText('What it handed over')).toBeTruthy();
    expect(screen.queryByRole('progressbar')).toBeNull();
    expect(screen.getByText('files').nextSibling?.textContent).toBe('3');
    expect(screen.getByText('D:\\in')).toBeTruthy();
    expect(screen.getByText('{"a":1}')).toBeTruthy();
  });

  it('is a table by level where it is a structured log', async () => {
    const lines = [
      '{"level":"info","message":"begun","trace_id":"t1"}',
      '{"level":"error","message":"no <i>route</i>","rows":7}',
      '  at connect',
      '::progress 90%',
      '{"level":"info","message":"over"}',
    ];
    renderApp(`/runs/${runId}`, networkWith(sampleRun(), whole(piece('stdout', 0, `${lines.join('\n')}\n`))));
    fireEvent.click(await screen.findByRole('switch', { name: 'Log as a table' }));
    const table = screen.getByRole('table', { name: 'Lines of the log' });
    const shown = () => [...table.querySelectorAll('tbody tr[data-row]')].map((row) => row.textContent);
    await waitFor(() => expect(shown()).toHaveLength(4));
    expect(shown()[1]).toContain('no <i>route</i>rows=7');
    fireEvent.click(screen.getByLabelText('≥ error'));
    await waitFor(() => expect(shown()).toHaveLength(2));
    expect(shown()[1]).toContain('at connect');
    fireEvent.click(screen.getByRole('switch', { name: 'Log as a table' }));
    await waitFor(() => expect(rowsOf(screen.getByRole('log'))).toHaveLength(5));
  });

  it('no longer follows when the reader scrolls up, until he wants it to', async () => {
    renderApp(`/runs/${runId}`, networkWith(sampleRun(), whole(piece('stdout', 0, 'line\n'.repeat(500)))));
    const log = await screen.findByRole('log');
    await waitFor(() => expect(log.textContent).toContain('line'));
    const size = { scrollHeight: 10_000, clientHeight: 400, scrollTop: 9_600 };
    for (const [name, value] of Object.entries(size)) {
      Object.defineProperty(log, name, { value, writable: true, configurable: true });
    }
    fireEvent.scroll(log);
    expect(screen.queryByRole('button', { name: 'To the end' })).toBeNull();
    log.scrollTop = 4_000;
    fireEvent.scroll(log);
    fireEvent.click(await screen.findByRole('button', { name: 'To the end' }));
    expect(log.scrollTop).toBe(10_000);
    expect(screen.queryByRole('button', { name: 'To the end' })).toBeNull();
  });
});

describe('the page of a run', () => {
  it('compares it with what is usual and with other hosts, and leads to its incident', async () => {
    const usual = { runs: 50, medianMs: 300, p95Ms: 500 };
    const other = sampleRun({ id: '01a209fb-3cb0-74df-baaf-b865520091ff', host: 'db-02', exitCode: 9 });
    const network = networkWith(sampleRun())
      .on(runRoutes.beside, () => ({ usual, previous: null, next: null, elsewhere: [other], elsewhereTotal: 1 }))
      .on(incidentRoutes.list, ({ job, host }) => ({
        items: job === 'nightly' && host === 'db-01' ? [sampleIncident({ openedAt: '2026-11-23T02:01:00.000Z' })] : [],
        next: null,
      }));
    renderApp(`/runs/${runId}`, network);
    expect(await screen.findByText('longer than usual')).toBeTruthy();
    expect(screen.getByText('usually 300ms – 500ms')).toBeTruthy();
    const table = await screen.findByRole('table', { name: 'The same job on other hosts at that time' });
    expect(within(table).getByRole('link', { name: 'db-02' })).toBeTruthy();
    expect(screen.getByText('1 of 1 went wrong')).toBeTruthy();
    const { number } = sampleIncident();
    const incident = await screen.findByRole('link', { name: new RegExp(`^#${number} `) });
    expect(incident.getAttribute('href')).toBe(`/incidents/${number}`);
  });

  it('lists its attempts', async () => {
    const note = 'carillon: attempt 1 of 3 ended with exit code 75; the next begins in 1m\n';
    renderApp(`/runs/${runId}`, networkWith(sampleRun({ attempts: 2 }), whole(piece('stderr', 0, note))));
    const table = await screen.findByRole('table', { name: 'Attempts of this run' });
    expect(within(table).getByText('75')).toBeTruthy();
    expect(within(table).getByText('1m')).toBeTruthy();
  });

  it('says why it began late', async () => {
    const run = sampleRun({ startedAt: '2026-11-23T02:30:00.000Z' });
    const network = networkWith(run).on(whyRoutes.job, ({ name, host, at }) => ({
      items: [
        {
          ...{ job: name, host: host ?? '', reason: 'ran_late' as const, certainty: 'certain' as const, version: 2 },
          ...{ text: `Due at ${at}, the host was off.`, fireAt: null, evidence: [], runId, nextFireAt: null },
        },
      ],
      next: null,
    }));
    renderApp(`/runs/${runId}`, network);
    expect(await screen.findByText('Why did it begin 30m 00s late?')).toBeTruthy();
    expect(await screen.findByText('Due at 2026-11-23T02:00:00.000Z, the host was off.')).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'to the run' })).toBeNull();
  });

  it('starts the job again on the same host, after a question', async () => {
    const asked = vi.fn();
    const command = sampleCommand();
    const network = networkWith(sampleRun())
      .on(jobRoutes.run, (request) => {
        asked(request);
        return { commands: [command] };
      })
      .on(jobRoutes.command, () => command);
    renderApp(`/runs/${runId}`, network);
    fireEvent.click(await screen.findByRole('button', { name: 'Run again' }));
    expect(await screen.findByText('Run nightly again on db-01?')).toBeTruthy();
    expect(asked).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole('button', { name: 'Run it' }));
    await waitFor(() => expect(asked).toHaveBeenCalledWith({ name: 'nightly', body: { hosts: ['db-01'] } }));
    await waitFor(() => expect(document.querySelector('[data-command="queued"]')).not.toBeNull());
  });
});
