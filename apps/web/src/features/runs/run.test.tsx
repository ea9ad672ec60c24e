import type { Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { runId, sampleRun } from '../../testing/samples.js';

type Page = Response<typeof runRoutes.output>;
const piece = (stream: 'stdout' | 'stderr', offset: number, text: string, droppedBefore = 0) => ({
  stream,
  offset,
  text,
  droppedBefore,
  at: '2026-11-23T02:00:01.500Z',
});

describe('the page of a run', () => {
  it('names the exit code and shows both streams with what was not kept', async () => {
    const page: Page = {
      items: [piece('stdout', 0, '备份开始\n'), piece('stderr', 0, 'disk full\n', 12_345)],
      next: null,
      complete: true,
      encoding: 'gbk',
    };
    renderApp(
      `/runs/${runId}`,
      new FakeNetwork().on(runRoutes.get, () => sampleRun()).on(runRoutes.output, () => page),
    );
    expect(await screen.findByText('3 (0x00000003)')).toBeTruthy();
    const log = await screen.findByRole('log');
    await waitFor(() => expect(log.textContent).toContain('备份开始'));
    expect(log.textContent).toContain('12,345 bytes were not kept');
    expect(log.querySelector('[data-stream="stderr"]')?.textContent).toBe('disk full\n');
    fireEvent.click(screen.getByLabelText('stderr'));
    await waitFor(() => expect(log.textContent).not.toContain('备份开始'));
  });

  it('lets output appear while the program runs, and stops asking at its end', async () => {
    const pages: Page[] = [
      { items: [piece('stdout', 0, 'one\n')], next: 'c1', complete: false, encoding: 'utf-8' },
      { items: [], next: 'c1', complete: false, encoding: 'utf-8' },
      { items: [piece('stdout', 4, 'two\n')], next: null, complete: true, encoding: 'utf-8' },
    ];
    const cursors: unknown[] = [];
    const network = new FakeNetwork()
      .on(runRoutes.get, () =>
        sampleRun({ state: 'running', exitCode: null, exit: null, finishedAt: null, durationMs: null }),
      )
      .on(runRoutes.output, ({ cursor }) => {
        cursors.push(cursor);
        return pages[Math.min(cursors.length, pages.length) - 1] as Page;
      });
    renderApp(`/runs/${runId}`, network);
    const log = await screen.findByRole('log');
    await waitFor(() => expect(log.textContent).toContain('one'));
    expect(screen.getByRole('button', { name: 'Stop' })).toBeTruthy();
    await waitFor(() => expect(log.textContent).toBe('one\ntwo\n'), { timeout: 5_000 });
    expect(log.getAttribute('data-complete')).toBe('true');
    expect(cursors).toEqual([undefined, 'c1', 'c1']);
  });
});
