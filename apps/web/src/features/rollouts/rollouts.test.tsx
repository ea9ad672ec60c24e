import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import type { Response } from '@carillon/contract/http/route';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { sampleJobDetail } from '../../testing/samples.js';
import { ringsShown } from './ring-shares.js';

const at = '2026-12-06T10:00:00.000Z';
const rollout: Response<typeof rolloutRoutes.halt> = {
  ...{ id: '01a209fb-3cb0-74df-baaf-000000000001', job: 'nightly', version: 2, baseVersion: 1, state: 'running' },
  ...{ open: 2, soakMs: 60_000, haltOn: { failureRate: 10, minimum: 3 } },
  rings: [
    { ring: '5%', hosts: 1 },
    { ring: '25%', hosts: 4 },
    { ring: '100%', hosts: 15 },
  ],
  reason: { code: 'waiting_for_applied', text: 'waiting', waiting: 2, hosts: 5, offline: 0 },
  health: { hosts: 5, applied: 3, failed: 0, heldBack: 0, offline: 0, runs: 8, badRuns: 1 },
  ...{ author: 'Ann', comment: null, startedAt: at, openedAt: at, endedAt: null, canRollBack: true },
};

it('rings share one bar; the newest is done when all of its hosts have the version', () => {
  const shown = ringsShown(rollout);
  expect(shown.map(({ percent, done }) => [percent, done])).toEqual([
    [5, true],
    [20, false],
    [75, false],
  ]);
  expect(ringsShown({ ...rollout, health: { applied: 5, hosts: 5 } })[1]?.done).toBe(true);
});

it.each([
  ['no hosts at all', { rings: [{ ring: '100%', hosts: 0 }], open: 1, health: { applied: 0, hosts: 0 } }, [[0, false]]],
  ['a ring that nobody is in yet', { rings: rollout.rings, open: 0, health: { applied: 0, hosts: 0 } }, 'none'],
  ['all of them done', { rings: rollout.rings, open: 3, health: { applied: 20, hosts: 20 } }, 'all'],
] as const)('rings: %s', (_what, rings, expected) => {
  const shown = ringsShown(rings);
  if (typeof expected === 'string') expect(shown.map(({ done }) => done)).toEqual(Array(3).fill(expected === 'all'));
  else expect(shown.map(({ percent, done }) => [percent, done])).toEqual(expected);
});

/** The page of a job with its newest rollout. */
function showJob(newest: typeof rollout) {
  const asks = new FakeNetwork()
    .on(jobRoutes.get, () => sampleJobDetail())
    .on(rolloutRoutes.get, () => ({ rollout: newest }));
  renderApp('/jobs/nightly', asks);
  return asks;
}
const acts = () =>
  ['Halt', 'Resume', 'Roll back'].filter((name) => screen.queryByRole('button', { name }) !== null).join();

describe('a rollout', () => {
  it.each([
    ['running', true, 'Halt,Roll back'],
    ['running', false, 'Halt'],
    ['halted', true, 'Resume,Roll back'],
    ['done', true, 'Roll back'],
    ['superseded', true, 'Roll back'],
  ] as const)('that is %s, and can be taken back: %s, offers %s', async (state, canRollBack, expected) => {
    showJob({ ...rollout, state, canRollBack });
    await screen.findByText(/3 of 5 hosts have it/);
    expect(acts()).toBe(expected);
  });

  it('that is over and cannot be taken back is not shown', async () => {
    showJob({ ...rollout, state: 'rolled_back', canRollBack: false });
    expect(await screen.findByRole('heading', { name: 'Definition' })).toBeTruthy();
    expect(screen.queryByText(/hosts have it/)).toBeNull();
  });

  it.each([
    [{ code: 'failure_rate', text: 'x', bad: 3, results: 8 }, 'Failure rate 3 of 8.'],
    [{ code: 'all_applied', text: 'x', hosts: 5 }, 'All 5 hosts have it.'],
    [{ code: 'soaking', text: 'x', untilMs: Date.parse(at), runs: 2 }, /^Soaks until .*2026.*; 2 runs so far\.$/],
    [{ code: 'frozen', text: 'x', untilMs: Date.parse(at), freeze: 'year-end' }, /^Frozen until .* by year-end\.$/],
    [{ code: 'of_tomorrow', text: 'the words of a newer server' }, 'the words of a newer server'],
    [null, 'Nobody has looked at it yet.'],
  ])('says why it is where it is: %j', async (reason, words) => {
    showJob({ ...rollout, reason });
    expect(await screen.findByText(words)).toBeTruthy();
  });

  it('of a job that is new says so, and names its hosts in the question whether to go on', async () => {
    showJob({ ...rollout, baseVersion: null, state: 'halted', canRollBack: false });
    expect(await screen.findByText('new → v2')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Resume' }));
    expect(await screen.findByText('After another soak, 15 more hosts get version 2, ring by ring.')).toBeTruthy();
  });

  it('keeps the reason that was typed while the question is put aside, and asks for no act without one', async () => {
    const asks = showJob(rollout);
    fireEvent.click(await screen.findByRole('button', { name: 'Roll back' }));
    const why = () => within(screen.getByRole('dialog')).getByLabelText<HTMLInputElement>('Why');
    await screen.findByText('5 hosts that have version 2 get what version 1 says, at once, as a new version.');
    fireEvent.change(why(), { target: { value: 'wrong file' } });
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    fireEvent.click(screen.getByRole('button', { name: 'Roll back' }));
    await screen.findByRole('dialog');
    expect(why().value).toBe('wrong file');
    fireEvent.change(why(), { target: { value: '   ' } });
    const confirm = within(screen.getByRole('dialog')).getByRole<HTMLButtonElement>('button', { name: 'Roll back' });
    expect(confirm.disabled).toBe(true);
    expect(asks.calls.some(({ route }) => route.startsWith('POST'))).toBe(false);
  });
});

describe('the page of a job', () => {
  it('shows the rollout with its reason, and asks for a reason before it acts', async () => {
    let now: typeof rollout = rollout;
    const asks = new FakeNetwork()
      .on(jobRoutes.get, () => sampleJobDetail())
      .on(rolloutRoutes.get, () => ({ rollout: now }))
      .on(rolloutRoutes.halt, () => {
        now = { ...rollout, state: 'halted' as const };
        return now;
      })
      .on(rolloutRoutes.rollBack, () => ({ job: 'nightly', version: 3, sameAs: 1, hosts: 20 }));
    renderApp('/jobs/nightly', asks);
    expect(await screen.findByText('Waits until it is registered: 2 of 5 hosts.')).toBeTruthy();
    expect(screen.getByText(/3 of 5 hosts have it · 0 failed/)).toBeTruthy();
    const halt = screen.getByRole('button', { name: 'Halt' });
    halt.focus();
    fireEvent.click(halt);
    expect(await screen.findByText('Halt the rollout of nightly?')).toBeTruthy();
    expect(screen.getByText('15 hosts do not get version 2 until somebody resumes it.')).toBeTruthy();
    const dialog = within(screen.getByRole('dialog'));
    const confirm = () => dialog.getByRole<HTMLButtonElement>('button', { name: 'Halt' });
    expect(confirm().disabled).toBe(true);
    fireEvent.keyDown(dialog.getByLabelText('Why'), { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(halt));
    fireEvent.click(halt);
    await waitFor(() => expect(document.activeElement).toBe(dialog.getByLabelText('Why')));
    fireEvent.change(dialog.getByLabelText('Why'), { target: { value: 'slow' } });
    fireEvent.submit(dialog.getByLabelText('Why'));
    await waitFor(() => expect(asks.calls.some(({ asked }) => JSON.stringify(asked).includes('slow'))).toBe(true));
    await waitFor(() => expect(halt.isConnected).toBe(false));
    await waitFor(() => expect(document.activeElement?.closest('#main')).toBeTruthy());
  });

  it('says why somebody halted it, as text', async () => {
    const reason = { code: 'halted', text: 'halted', why: '<img src=x> slow' };
    const asks = new FakeNetwork()
      .on(jobRoutes.get, () => sampleJobDetail())
      .on(rolloutRoutes.get, () => ({ rollout: { ...rollout, state: 'halted' as const, reason } }));
    renderApp('/jobs/nightly', asks);
    expect(await screen.findByText('Somebody halted it: <img src=x> slow')).toBeTruthy();
  });

  it('says nothing where none is under way', async () => {
    const asks = new FakeNetwork()
      .on(jobRoutes.get, () => sampleJobDetail())
      .on(rolloutRoutes.get, () => ({ rollout: null }));
    renderApp('/jobs/nightly', asks);
    expect(await screen.findByRole('heading', { name: 'Definition' })).toBeTruthy();
    expect(screen.queryByText('Rollout')).toBeNull();
  });
});
