import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { auditRoutes } from '@carillon/contract/http/audit.routes';
import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { nowRoutes } from '@carillon/contract/http/now.routes';
import { quietRoutes } from '@carillon/contract/http/quiet.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';
import { asked, sampleChannel, sampleQuiet, sampleSubscription } from './testing.js';

const at = '2026-11-23T02:00:00.000Z';
const stored = (kind: 'Silence' | 'Route' | 'OnCall', written: Record<string, unknown>) => ({
  kind,
  name: String(written.name),
  spec: { name: String(written.name) },
  written,
  author: 'Ann',
  updatedAt: at,
  usedBy: [],
});

describe('the list of policies', () => {
  it('says what each asks about in words, and what it matches now', async () => {
    const policy = { severity: 'high', description: '', jobs: ['etl'], updatedAt: at };
    const network = new FakeNetwork().on(jobRoutes.alertPolicies, () => ({
      items: [
        { ...policy, name: 'pager', when: { consecutiveFailures: 3, drift: true }, firing: 2, lastFiredAt: at },
        { ...policy, name: 'rate', when: { failureRate: '5%', window: '30m' }, firing: 0, lastFiredAt: null },
      ],
      next: null,
    }));
    renderApp('/alerting/policies', network);
    const table = await screen.findByRole('table', { name: 'Policies' });
    const words = [
      '3 failures in a row',
      'a task was changed on its host',
      'more than 5% fail within 30m (of at least 20 runs)',
      '2 alerts fire',
      'never',
    ];
    for (const text of words) expect(within(table).getByText(text)).toBeTruthy();
    const menu = screen.getByRole('link', { name: 'Policies' });
    expect(menu.getAttribute('aria-current')).toBe('page');
  });
});

describe('the list of channels', () => {
  it('offers a viewer neither a new one nor to delete or test what is there', async () => {
    const acts = async (grants: string[]) => {
      const network = new FakeNetwork().on(channelRoutes.list, () => ({ items: [sampleChannel()], next: null }));
      const { unmount } = renderApp('/alerting/channels', network, () => ({ grants }));
      const table = await screen.findByRole('table', { name: 'Channels' });
      const count = within(table).queryAllByRole('button', { name: /^(Test|Delete) / }).length;
      const isOffered = screen.queryByRole('link', { name: 'New channel' }) !== null;
      unmount();
      return { count, isOffered };
    };
    expect(await acts(['viewer@all'])).toEqual({ count: 0, isOffered: false });
    expect(await acts(['editor@all'])).toEqual({ count: 2, isOffered: true });
  });

  it('sends a real notice and shows what the other end said, and takes a secret that is missing', async () => {
    const network = new FakeNetwork()
      .on(channelRoutes.list, () => ({
        items: [sampleChannel({ health: 'failing', openUntil: at, missingSecrets: ['mail-password'], dead: 2 })],
        next: null,
      }))
      .on(channelRoutes.test, () => ({ sent: false, code: 'smtp_535', message: '535 bad password', tookMs: 80 }))
      .on(channelRoutes.setSecret, ({ body }) => ({ name: body.name }));
    renderApp('/alerting/channels', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Test Email' }));
    expect(await screen.findByText('Not sent (smtp_535, 80ms): 535 bad password')).toBeTruthy();
    expect(screen.getByRole('link', { name: '2 given up' }).getAttribute('href')).toContain('state=dead');
    fireEvent.click(screen.getByRole('button', { name: 'Needs the secret mail-password' }));
    fireEvent.change(await screen.findByLabelText('Value'), { target: { value: 'hunter2' } });
    fireEvent.click(screen.getByRole('button', { name: 'Hand over' }));
    await waitFor(() =>
      expect(asked(network, 'POST /secrets')).toEqual([{ body: { name: 'mail-password', value: 'hunter2' } }]),
    );
  });
});

describe('the list of silences', () => {
  it('says what is muted, ends one, and puts it back as it was written', async () => {
    let items = [sampleQuiet()];
    const written = { kind: 'Silence', name: 'moving-disks', match: 'host=~db-.*', until: 'x', reason: 'new storage' };
    const network = new FakeNetwork()
      .on(quietRoutes.list, () => ({ items, next: null }))
      .on(alertDocumentRoutes.get, () => stored('Silence', written))
      .on(alertDocumentRoutes.remove, ({ kind, name }) => {
        items = [];
        return { kind, name };
      })
      .on(alertDocumentRoutes.put, ({ kind, name }) => ({ kind, name, change: 'created' as const }));
    renderApp('/alerting/silences', network);
    fireEvent.click(await screen.findByRole('button', { name: '3 alerts' }));
    expect((await screen.findByRole('link', { name: '#42 etl fails' })).getAttribute('href')).toBe('/incidents/42');
    const end = screen.getByRole('button', { name: 'End now' });
    end.focus();
    fireEvent.click(end);
    await waitFor(() => expect(document.activeElement?.closest('#main')).toBeTruthy());
    fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(asked(network, 'PUT /alert-documents/:kind/:name')).toHaveLength(1));
    const { kind: _, name, ...body } = written;
    expect(asked(network, 'PUT /alert-documents/:kind/:name')[0]).toEqual({
      kind: 'Silence',
      name,
      expect: 'none',
      body,
    });
  });
});

describe('the page of a document', () => {
  const applied = { dryRun: true, results: [{ kind: 'Silence' as const, name: 's', version: null, hosts: null }] };
  const result = (change: 'created' | 'updated') => ({
    ...applied,
    results: applied.results.map((one) => ({ ...one, change })),
  });

  it('begins a silence with what it came from, previews it, and asks before it mutes', async () => {
    const incident = { number: 42, title: 'etl fails', state: 'firing' as const, severity: 'high' as const };
    const network = new FakeNetwork()
      .on(jobRoutes.apply, () => result('created'))
      .on(alertDocumentRoutes.preview, () => ({ inEffect: true, incidents: [incident], incidentsTotal: 1, alerts: 9 }))
      .on(quietRoutes.list, () => ({ items: [], next: null }))
      .on(alertDocumentRoutes.put, ({ kind, name }) => ({ kind, name, change: 'created' as const }));
    const { history } = renderApp('/alerting/documents/Silence?match=job%3Detl%0Aenv%3Dprod', network);
    expect(((await screen.findByLabelText(/Has all of these labels/)) as HTMLTextAreaElement).value).toBe(
      'job=etl\nenv=prod',
    );
    fireEvent.change(screen.getByLabelText('Why'), { target: { value: 'storage moves' } });
    expect(await screen.findByText('Open incidents that this would mute now: 1, with 9 alerts')).toBeTruthy();
    await waitFor(() => expect(screen.getByRole('button', { name: 'Create' })).toHaveProperty('disabled', false));
    fireEvent.click(screen.getByRole('button', { name: 'Create' }));
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getByText('It mutes 9 alerts that fire now.')).toBeTruthy();
    const create = within(dialog).getByRole('button', { name: 'Create' });
    // Both before the button can show that the first was heard.
    fireEvent.click(create);
    fireEvent.click(create);
    await waitFor(() => expect(history.location.pathname).toBe('/alerting/silences'));
    expect(asked(network, 'PUT /alert-documents/:kind/:name')).toHaveLength(1);
    expect(asked(network, 'PUT /alert-documents/:kind/:name')[0]).toMatchObject({
      expect: 'none',
      body: { match: ['job=etl', 'env=prod'], reason: 'storage moves' },
    });
  });

  it('keeps the comment of a field that is emptied to be typed anew, and asks before it is left', async () => {
    const network = new FakeNetwork()
      .on(jobRoutes.apply, () => result('created'))
      .on(quietRoutes.list, () => ({ items: [], next: null }));
    const { history } = renderApp('/alerting/documents/Silence', network);
    const file = (await screen.findByRole('textbox', { name: 'File' })) as HTMLTextAreaElement;
    fireEvent.change(file, { target: { value: 'kind: Silence\nname: s # by hand\nmatch: [a=b]\n' } });
    const name = screen.getByLabelText('Name') as HTMLInputElement;
    for (const value of ['', 'x']) fireEvent.change(name, { target: { value } });
    expect(file.value).toContain('name: x # by hand');
    fireEvent.change(name, { target: { value: '' } });
    fireEvent.blur(name);
    expect(file.value).not.toContain('name');
    fireEvent.click(screen.getByRole('link', { name: 'Back to the list' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Stay' }));
    expect(history.location.pathname).toBe('/alerting/documents/Silence');
    expect(file.isConnected).toBe(true);
  });

  it('says beside its name that another is called so', async () => {
    const network = new FakeNetwork().on(jobRoutes.apply, () => result('updated'));
    renderApp('/alerting/documents/Silence', network);
    fireEvent.change(await screen.findByLabelText('Name'), { target: { value: 'storage' } });
    expect(await screen.findByText('There is one named storage already.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Create' })).toHaveProperty('disabled', true);
  });

  it('marks what the server refuses beside its line and its field, and never writes over another change', async () => {
    const written = { kind: 'Route', name: 'prod', to: 'email' };
    const source = 'kind: Route\nname: prod\nto: email # who is on call\n';
    const message = 'not a duration';
    const problem = { path: 'groupWait', code: 'wrong_value', expected: 'a duration', got: 'soon', message };
    const network = new FakeNetwork()
      .on(alertDocumentRoutes.get, () => ({ ...stored('Route', written), source }))
      .on(jobRoutes.apply, ({ body: { documents } }) =>
        JSON.stringify(documents).includes('soon') ? refuse('invalid', { problems: [problem] }) : result('updated'),
      )
      .on(alertDocumentRoutes.put, () => refuse('conflict'));
    renderApp('/alerting/documents/Route?name=prod', network);
    const field = await screen.findByLabelText('Wait before the first notice');
    fireEvent.change(field, { target: { value: 'soon' } });
    expect((await screen.findByRole('alert')).textContent).toContain('Line 4groupWait: Not a duration');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    fireEvent.change(field, { target: { value: '5m' } });
    await waitFor(() => expect(screen.getByRole('button', { name: 'Save' })).toHaveProperty('disabled', false));
    fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.click(within(dialog).getByText('Save'));
    expect(await within(dialog).findByText('Load theirs; what you typed here goes')).toBeTruthy();
    expect(asked(network, 'PUT /alert-documents/:kind/:name')[0]).toMatchObject({
      expect: at,
      // The file goes with it, comments and all.
      body: { to: 'email', groupWait: '5m', source: `${source}groupWait: 5m\n` },
    });
  });
});

describe('the list of schedules', () => {
  it('says who is on duty and next, and lets somebody stand in', async () => {
    const written = { kind: 'OnCall', name: 'night', overrides: [{ from: 'a', until: 'b', person: 'ben' }] };
    const span = { from: at, until: '2026-11-24T02:00:00.000Z', person: 'ann', by: 'layer 1' };
    const schedule = { name: 'night', description: '', timezone: 'UTC', people: ['ann', 'ben'], updatedAt: at };
    const overrides = [{ index: 0, from: at, until: span.until, person: 'ben' }];
    const network = new FakeNetwork()
      .on(quietRoutes.onCall, () => ({
        items: [{ ...schedule, overrides, duty: [span, { ...span, person: null, by: null }] }],
        next: null,
      }))
      .on(alertDocumentRoutes.get, () => stored('OnCall', written))
      .on(alertDocumentRoutes.put, ({ kind, name }) => ({ kind, name, change: 'updated' as const }));
    renderApp('/alerting/on-call', network);
    expect(await screen.findByText('ann')).toBeTruthy();
    expect(screen.getByText('nobody')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'ben does not stand in after all' }));
    await waitFor(() => expect(asked(network, 'PUT /alert-documents/:kind/:name')).toHaveLength(1));
    expect(asked(network, 'PUT /alert-documents/:kind/:name')[0]).toEqual({
      kind: 'OnCall',
      name: 'night',
      expect: at,
      body: { overrides: [] },
    });
  });
});

describe('subscriptions', () => {
  it('leave the focus in the page when one is deleted', async () => {
    let items = [sampleSubscription()];
    const network = new FakeNetwork()
      .on(subscriptionRoutes.list, () => ({ items, next: null }))
      .on(subscriptionRoutes.remove, ({ id }) => {
        items = [];
        return { id };
      });
    renderApp('/alerting/subscriptions', network);
    const remove = await screen.findByRole('button', { name: /^Delete / });
    remove.focus();
    fireEvent.click(remove);
    fireEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete' }));
    await waitFor(() => expect(remove.isConnected).toBe(false));
    await waitFor(() => expect(document.activeElement?.closest('#main')).toBeTruthy());
  });

  it('are edited: what was changed is stored, the rest stays', async () => {
    const network = new FakeNetwork()
      .on(subscriptionRoutes.list, () => ({ items: [sampleSubscription()], next: null }))
      .on(subscriptionRoutes.change, () => sampleSubscription());
    renderApp('/alerting/subscriptions', network);
    fireEvent.click(await screen.findByRole('button', { name: /^Edit / }));
    const form = within(await screen.findByRole('dialog'));
    fireEvent.change(form.getByLabelText('Has all of these labels'), { target: { value: 'env=prod\n\nteam=data' } });
    fireEvent.click(form.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(asked(network, 'PATCH /subscriptions/:id')).toHaveLength(1));
    expect(asked(network, 'PATCH /subscriptions/:id')[0]).toEqual({
      id: sampleSubscription().id,
      body: { match: ['env=prod', 'team=data'] },
    });
  });

  it('are added with a secret that is shown once', async () => {
    const network = new FakeNetwork()
      .on(subscriptionRoutes.list, () => ({ items: [], next: null }))
      .on(channelRoutes.setSecret, ({ body }) => ({ name: body.name }))
      .on(subscriptionRoutes.create, () => sampleSubscription());
    renderApp('/alerting/subscriptions', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Add a subscription' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.change(within(dialog).getByLabelText(/Name/), { target: { value: 'Help desk' } });
    fireEvent.change(within(dialog).getByLabelText(/Address/), { target: { value: 'https://x.example/h' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add a subscription' }));
    const shown = await within(dialog).findByText(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const [{ body }] = asked(network, 'POST /secrets') as [{ body: { name: string; value: string } }];
    expect(body).toEqual({ name: expect.stringMatching(/^help-desk-/), value: shown.textContent });
    expect(asked(network, 'POST /subscriptions')[0]).toMatchObject({ body: { signing: [{ secret: body.name }] } });
  });

  it('that are stopped can be started, those that lost events sent them again', async () => {
    const other = '0195f6e2-1c5a-7c3e-8f00-1234567890ac';
    const problem = { code: 'gone', text: 'HTTP 410' };
    const network = new FakeNetwork()
      .on(subscriptionRoutes.list, () => ({
        items: [sampleSubscription({ health: 'stopped', problem }), sampleSubscription({ id: other, dead: 4 })],
        next: null,
      }))
      .on(subscriptionRoutes.change, () => sampleSubscription())
      .on(subscriptionRoutes.replay, () => ({ replayed: 4 }));
    renderApp('/alerting/subscriptions', network);
    expect(await screen.findByText('HTTP 410')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Start' }));
    fireEvent.click(screen.getByRole('button', { name: 'Send 4 again' }));
    const dialog = await screen.findByRole('dialog', { name: 'Send 4 events again?' });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Send 4 again' }));
    expect(await screen.findByText('4 events are sent again.')).toBeTruthy();
    expect(asked(network, 'PATCH /subscriptions/:id')[0]).toMatchObject({ body: { enabled: true } });
    expect(asked(network, 'POST /subscriptions/:id/replay')[0]).toMatchObject({ id: other, body: { since: at } });
  });
});

it('the page of changes says what differs', async () => {
  const entry = {
    id: 'job/1',
    at,
    actor: 'ann',
    kind: 'Job' as const,
    act: 'updated',
    what: 'etl',
    text: null,
    from: '10.0.0.9',
    via: 'session',
    given: null,
    chained: true,
  };
  const network = new FakeNetwork().on(auditRoutes.list, () => ({
    items: [{ ...entry, before: { timeout: 1, owner: 'a' }, after: { timeout: 2, owner: 'a' } }],
    next: null,
  }));
  renderApp('/alerting/audit?actor=ann&kind=Nonsense', network);
  expect(await screen.findByText('timeout')).toBeTruthy();
  expect(asked(network, 'GET /audit')[0]).toEqual({ actor: 'ann' });
});

it('the first page says through what nothing goes', async () => {
  const zero = { total: 0 };
  const network = new FakeNetwork()
    .on(sessionRoutes.overview, () => ({
      at,
      version: '0.1.0',
      hosts: { ...zero, online: 0, lagging: 0, offline: 0, inSync: 0 },
      jobs: { ...zero, enabled: 0 },
      assignments: { ...zero, applied: 0, pending: 0, failed: 0 },
      runs: { ...zero, running: 0, succeeded: 0, warning: 0, bad: 0 },
      recentBad: [],
    }))
    .on(nowRoutes.unreached, () => ({
      items: [
        {
          kind: 'subscription' as const,
          name: 'desk',
          health: 'stopped' as const,
          problem: { code: 'gone', text: 'HTTP 410' },
          since: at,
          waiting: 3,
        },
      ],
    }));
  renderApp('/', network);
  const link = await screen.findByRole('link', { name: 'Subscription desk' });
  expect(link.getAttribute('href')).toBe('/alerting/subscriptions');
  expect(screen.getByText(/stopped: HTTP 410/).textContent).toContain('3 wait');
});
