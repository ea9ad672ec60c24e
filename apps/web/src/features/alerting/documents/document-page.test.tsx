import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { AlertDocumentKind } from '@carillon/core/state/states';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../../testing/fake-network.js';
import { renderApp } from '../../../testing/render-app.js';
import { sampleChannel } from '../testing.js';
import { freeName } from './document-templates.js';

const stored = (kind: AlertDocumentKind, name: string) => ({
  ...{ kind, name, spec: { name }, author: 'ann', updatedAt: '2026-11-24T05:00:00.000Z' },
  written: { kind, name, type: 'smtp', host: 'mail', from: 'a@example.com', to: ['b@example.com'] },
});
const accepted = (change: 'created' | 'updated') => ({
  dryRun: true,
  results: [{ kind: 'Channel' as const, name: 'x', version: null, hosts: null, change }],
});
const network = (others: string[] = []) =>
  new FakeNetwork()
    .on(alertDocumentRoutes.list, ({ kind }) => ({ items: others.map((name) => stored(kind, name)), next: null }))
    .on(channelRoutes.list, () => ({ items: [], next: null }));
const field = (name: string) => screen.findByRole<HTMLInputElement>('textbox', { name });

it('a free name is the one that was wanted, or that with a number', () => {
  expect(freeName('email', [])).toBe('email');
  expect(freeName('email', ['Email', 'email-2'])).toBe('email-3');
});

describe('a new document', () => {
  it('begins with a name that is free, and the cursor in it', async () => {
    renderApp(
      '/alerting/documents/Channel',
      network(['email']).on(jobRoutes.apply, () => accepted('created')),
    );
    const name = await field('Name');
    expect(name.value).toBe('email-2');
    expect(document.activeElement).toBe(name);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Create' })).toHaveProperty('disabled', false));
  });

  it('says beside the field what is missing, also of a secret, and keeps its button in sight', async () => {
    const missing = (path: string, expected: string) => ({
      ...{ path, code: 'missing', expected, got: 'nothing', document: 0 },
      message: `${path}: missing; expected ${expected}`,
    });
    const problems = [missing('host', 'a string'), missing('password', 'a map')];
    renderApp(
      '/alerting/documents/Channel',
      network().on(jobRoutes.apply, () => refuse('invalid', { problems })),
    );
    expect((await screen.findAllByText('This has to be said.')).length).toBeGreaterThan(0);
    const secret = await field('Secret with its password');
    expect(secret.closest('.mantine-InputWrapper-root')?.textContent).toContain('expected the name of a secret');
    expect(screen.getByRole('button', { name: 'Create' })).toHaveProperty('disabled', true);
    expect(screen.getByText('Possible as soon as what is marked is right.')).toBeTruthy();
  });
});

describe('the form of a route', () => {
  const file = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'File' }).value;
  const open = (kind: AlertDocumentKind, channels: string[], schedules: string[] = []) => {
    const names: Partial<Record<AlertDocumentKind, string[]>> = { Channel: channels, OnCall: schedules };
    const here = new FakeNetwork()
      .on(alertDocumentRoutes.list, (asked) => ({
        items: (names[asked.kind] ?? []).map((name) => stored(asked.kind, name)),
        next: null,
      }))
      .on(jobRoutes.apply, () => accepted('created'));
    renderApp(`/alerting/documents/${kind}`, here);
    return field('Name');
  };

  it('begins with what there is to be told, so that it can be stored', async () => {
    await open('Route', ['pager', 'slack'], ['day-duty']);
    expect(file()).toContain('low: pager\n  medium: [pager]\n  high: [pager, {onCall: day-duty}]');
    expect(file()).toContain('to: [slack]');
    const high = screen.getByRole('combobox', { name: 'Who is told of high' });
    expect(high.closest('.mantine-InputWrapper-root')?.textContent).toContain('on duty in day-duty');
  });

  it('takes steps in and out, and the file says so', async () => {
    await open('Route', ['email']);
    fireEvent.click(screen.getByRole('button', { name: 'Add a step' }));
    const waits = await screen.findAllByRole<HTMLInputElement>('textbox', { name: 'After' });
    expect(waits).toHaveLength(2);
    fireEvent.change(waits[1] as HTMLElement, { target: { value: '1h' } });
    expect(file()).toMatch(/- wait: 1h\n {4}to: \[\]/);
    fireEvent.click(screen.getByRole('button', { name: 'Take out While nobody acknowledges 1' }));
    expect(file()).not.toContain('wait: 15m');
  });

  it('of a schedule has its people, who take turns in layers', async () => {
    await open('OnCall', ['sms']);
    const people = await field('People');
    expect(people.value).toBe('ann: sms=ann@example.com\nben: sms=ben@example.com');
    fireEvent.change(people, { target: { value: 'ann: sms=+49 1\nzoe' } });
    expect(screen.getByText(/Expected a line for each person/)).toBeTruthy();
    expect(file()).toContain('ben');
    // The file says something else than the form: neither is stored, nor left without a word.
    expect(screen.getByRole('button', { name: 'Create' })).toHaveProperty('disabled', true);
    fireEvent.click(screen.getByRole('link', { name: 'Back to the list' }));
    fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Stay' }));
    fireEvent.change(people, { target: { value: 'ann: sms=+49 1\nzoe: sms' } });
    expect(file()).toMatch(/people:\n( .*\n)*? {2}zoe:\n {4}sms: true/);
  });
});

it('a time that is over already is told before it is stored', async () => {
  renderApp(
    '/alerting/documents/Silence',
    network().on(jobRoutes.apply, () => accepted('created')),
  );
  fireEvent.change(await screen.findByLabelText('Until'), { target: { value: '2020-01-01T00:00' } });
  expect(await screen.findByText('That is over already: nothing would come of it.')).toBeTruthy();
});

it('what somebody else saved meanwhile is neither lost nor loaded unasked', async () => {
  const current = '2026-11-24T06:00:00.000Z';
  const written: unknown[] = [];
  const here = network()
    .on(alertDocumentRoutes.get, ({ kind, name }) => ({ ...stored(kind, name), usedBy: [] }))
    .on(jobRoutes.apply, () => accepted('updated'))
    .on(alertDocumentRoutes.put, ({ expect: wanted }) => {
      written.push(wanted);
      if (wanted !== current) return refuse('conflict', { expected: String(wanted), current });
      return { kind: 'Channel', name: 'x', change: 'updated' as const };
    });
  const { history } = renderApp('/alerting/documents/Channel?name=x', here);
  fireEvent.change(await field('Description'), { target: { value: 'mine' } });
  await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', false));
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  const question = within(await screen.findByRole('dialog', { name: 'Save x?' }));
  fireEvent.click(question.getByRole('button', { name: 'Save' }));
  await question.findByText('Somebody else saved x meanwhile');
  expect(question.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', true);
  fireEvent.click(question.getByRole('button', { name: 'Save mine in place of theirs' }));
  await waitFor(() => expect(history.location.pathname).toBe('/alerting/channels'));
  expect(written).toEqual(['2026-11-24T05:00:00.000Z', current]);
});

it('why a document stays is told in the question', async () => {
  const here = network()
    .on(channelRoutes.list, () => ({ items: [sampleChannel({})], next: null }))
    .on(alertDocumentRoutes.get, ({ kind, name }) => ({ ...stored(kind, name), usedBy: [] }))
    .on(alertDocumentRoutes.remove, () => refuse('conflict'));
  renderApp('/alerting/channels', here);
  fireEvent.click(await screen.findByRole('button', { name: 'Delete Email' }));
  const question = within(await screen.findByRole('dialog', { name: 'Delete Email?' }));
  fireEvent.click(question.getByRole('button', { name: 'Delete' }));
  expect(await question.findByRole('alert')).toBeTruthy();
});
