import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakeNetwork, refuse } from '../../testing/fake-network.js';
import { type SampleIncident, sampleEntry, sampleIncident } from '../../testing/incident-samples.js';
import { renderApp } from '../../testing/render-app.js';

const counts = { open: 5, waiting: 2, bySeverity: { low: 1, medium: 2, high: 2 } };

describe('the incidents page', () => {
  it('asks for what needs a person first, and counts that in the navigation', async () => {
    const asked: unknown[] = [];
    const network = new FakeNetwork()
      .on(incidentRoutes.counts, () => counts)
      .on(incidentRoutes.list, (request) => {
        asked.push(request);
        const muted = { code: 'silence', text: 'silence x by Ann' };
        return { items: [sampleIncident(), sampleIncident({ id: crypto.randomUUID(), number: 7, muted })], next: null };
      });
    const { history } = renderApp('/incidents', network);
    const link = await screen.findAllByRole('link', { name: 'nightly fails on 3 of 12 hosts' });
    expect(link[0]?.getAttribute('href')).toBe('/incidents/42');
    expect(screen.getAllByText('3 of 12 hosts')).toHaveLength(2);
    expect(screen.getByText('muted').closest('[title]')?.getAttribute('title')).toBe('silence x by Ann');
    expect((await screen.findByLabelText('2 wait for a person')).textContent).toBe('2');
    expect(asked).toEqual([{ attention: 'true' }]);
    fireEvent.change(screen.getByLabelText('Job'), { target: { value: 'etl' } });
    await waitFor(() => expect(history.location.search).toBe('?job=etl'));
  });

  it('takes its filter from the address', async () => {
    const asked: unknown[] = [];
    const network = new FakeNetwork().on(incidentRoutes.list, (request) => {
      asked.push(request);
      return { items: [], next: null };
    });
    const { history } = renderApp('/incidents?state=all&severity=high&label=role%3Ddb&host=x&nonsense=1', network);
    expect(await screen.findByText('No incident matches.')).toBeTruthy();
    expect(asked).toEqual([{ severity: 'high', label: 'role=db', host: 'x' }]);
    fireEvent.change(screen.getByLabelText('Label of the host'), { target: { value: '' } });
    await waitFor(() => expect(history.location.search).not.toContain('label'));
  });
});

describe('who was told', () => {
  const way = { id: '9', stage: 'route' as const, code: 'routed', text: 'along production: email; after 15 min sms' };

  it('is told with the way that led there', async () => {
    const { network, entries } = serverWith();
    entries.push(sampleEntry(way));
    renderApp('/incidents/42', network);
    expect((await screen.findByText(/The way it takes:/)).textContent).toContain(
      'along production: email; after 15 min',
    );
  });

  it('is nobody, and why', async () => {
    const muted = { code: 'silence', text: 'silence x by Ann' };
    const { network, entries } = serverWith({ notices: [], muted });
    entries.push(sampleEntry({ ...way, text: 'no route fits it' }));
    renderApp('/incidents/42', network);
    expect(await screen.findByText('Nobody was told yet.')).toBeTruthy();
    expect(await screen.findByText('Nobody is told of this: silence x by Ann')).toBeTruthy();
    expect((await screen.findByText(/The way it takes:/)).textContent).toContain('no route fits it');
  });

  it('an incident whose alerts have not recovered is resolved only with a word about it', async () => {
    renderApp('/incidents/42', serverWith().network);
    fireEvent.click(await screen.findByRole('button', { name: 'Resolve' }));
    const question = within(await screen.findByRole('dialog', { name: 'Resolve' }));
    const resolve = question.getByRole<HTMLButtonElement>('button', { name: 'Resolve' });
    expect(question.getByText(/3 alerts have not recovered/)).toBeTruthy();
    expect(resolve.disabled).toBe(true);
    fireEvent.change(question.getByLabelText(/Note/), { target: { value: 'replaced the disk' } });
    expect(resolve.disabled).toBe(false);
  });
});

describe('many incidents at once', () => {
  it('are acknowledged after a question that counts them; one that fails stays marked', async () => {
    const items = [42, 43, 44].map((number) =>
      sampleIncident({
        number,
        id: `01a209fb-3cb0-74df-baaf-b865520091${number}`,
        ...(number === 44 && { state: 'acked' }),
      }),
    );
    const notes: unknown[] = [];
    const network = new FakeNetwork()
      .on(incidentRoutes.list, () => ({ items, next: null }))
      .on(incidentRoutes.acknowledge, ({ number, body }) => {
        notes.push([Number(number), body]);
        return Number(number) === 43 ? refuse('unavailable') : sampleIncident({ number: Number(number) });
      });
    renderApp('/incidents', network);
    fireEvent.click(await screen.findByRole('checkbox', { name: 'Mark all that are shown' }));
    const bar = within(screen.getByRole('toolbar', { name: 'Marked incidents' }));
    expect(bar.getByText('3 incidents marked')).toBeTruthy();
    fireEvent.click(bar.getByRole('button', { name: 'Acknowledge (2)' }));
    const question = within(await screen.findByRole('dialog', { name: 'Acknowledge 2 incidents?' }));
    fireEvent.change(question.getByLabelText('Note'), { target: { value: 'storage' } });
    fireEvent.click(question.getByRole('button', { name: 'Acknowledge (2)' }));
    expect(await screen.findByText('1 incident was acknowledged.')).toBeTruthy();
    expect(notes).toEqual([42, 43].map((number) => [number, { note: 'storage' }]));
    expect(screen.getByText(/^#43: /)).toBeTruthy();
    expect(bar.getByText('1 incident marked')).toBeTruthy();
  });

  it('are not offered to who may only look', async () => {
    const network = new FakeNetwork().on(incidentRoutes.list, () => ({ items: [sampleIncident()], next: null }));
    renderApp('/incidents', network, () => ({ grants: ['viewer@all'] }));
    await screen.findAllByRole('link', { name: 'nightly fails on 3 of 12 hosts' });
    expect(screen.queryByRole('checkbox')).toBeNull();
  });
});

/** A server whose incident changes as acts ask for it. */
function serverWith(first: Partial<SampleIncident> = {}) {
  let now = sampleIncident(first);
  const entries = [sampleEntry()];
  const change = (part: Partial<SampleIncident>) => {
    now = { ...now, ...part };
    return now;
  };
  const network = new FakeNetwork()
    .on(incidentRoutes.counts, () => counts)
    .on(incidentRoutes.get, () => now)
    .on(incidentRoutes.log, () => ({ items: entries, next: null }))
    .on(incidentRoutes.acknowledge, () =>
      change({ state: 'acked', acknowledgedBy: 'admin', acknowledgedAt: now.openedAt }),
    )
    .on(incidentRoutes.assign, ({ body }) => change({ assignee: body.assignee }))
    .on(incidentRoutes.note, ({ body }) => {
      entries.push(sampleEntry({ id: '2', stage: 'person', actor: 'admin', text: body.text }));
      return now;
    });
  return { network, entries };
}

describe('the page of an incident', () => {
  it('shows how far it reaches, who was told and every decision', async () => {
    const { network, entries } = serverWith();
    entries.push(sampleEntry({ id: '2', text: 'the run of 2026-11-24T11:38:35.426Z ended as succeeded' }));
    renderApp('/incidents/42', network);
    expect(await screen.findByRole('heading', { name: 'nightly fails on 3 of 12 hosts' })).toBeTruthy();
    expect(await screen.findByText('the run of 2026-11-24 11:38:35 UTC ended as succeeded')).toBeTruthy();
    expect(screen.getByText('3 of 4 alerts fire')).toBeTruthy();
    const byExitCode = within(screen.getByRole('group', { name: 'By exit code' }));
    expect(byExitCode.getByLabelText('3: 3')).toBeTruthy();
    expect(byExitCode.getByRole('link', { name: '75' }).getAttribute('href')).toMatch(/^\/runs\?job=.+&exit=/);
    expect(screen.getByText(/451 try again later · 2 tries/)).toBeTruthy();
    expect(screen.getByText(/phone \(\+491234\)/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'https://wiki.example/nightly' })).toBeTruthy();
    const timeline = await screen.findByRole('list', { name: 'Every decision' });
    expect(within(timeline).getAllByText('Condition')).toHaveLength(2);
  });

  it('shows tickets of other systems that were linked to it', async () => {
    const at = '2026-11-23T02:00:00.000Z';
    const id = '0195f6e2-1c5a-7c3e-8f00-1234567890ab';
    const link = { id, system: 'helpdesk', url: 'https://helpdesk.example/INC-7', state: 'New', assignee: 'Zoe' };
    const links = [{ ...link, key: 'INC-7', author: 'admin', createdAt: at, updatedAt: at }];
    renderApp('/incidents/42', serverWith({ links }).network);
    const shown = await screen.findByRole('link', { name: 'INC-7 (helpdesk)' });
    expect(shown.getAttribute('href')).toBe('https://helpdesk.example/INC-7');
    expect(screen.getByText('New')).toBeTruthy();
    expect(screen.getByText('Zoe')).toBeTruthy();
  });

  it('never follows what is no address of the web', async () => {
    renderApp('/incidents/42', serverWith({ runbook: 'javascript:alert(1)' }).network);
    expect((await screen.findByText('javascript:alert(1)')).closest('a')).toBeNull();
  });

  it('lets somebody acknowledge, assign and note', async () => {
    const { network } = serverWith();
    renderApp('/incidents/42', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Acknowledge' }));
    expect(await screen.findByRole('button', { name: 'Take back' })).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Assign' }));
    fireEvent.change(await screen.findByLabelText('Assigned to'), { target: { value: ' Ann ' } });
    fireEvent.click(
      within(await screen.findByRole('dialog', { name: 'Assign' })).getByRole('button', { name: 'Assign' }),
    );
    await waitFor(() =>
      expect(network.calls).toContainEqual({
        route: 'POST /incidents/:number/assign',
        asked: { number: '42', body: { assignee: 'Ann' } },
      }),
    );
    expect(await screen.findByText('Ann')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Add a note' }));
    fireEvent.change(await screen.findByLabelText('Note'), { target: { value: 'disk replaced' } });
    fireEvent.click(
      within(await screen.findByRole('dialog', { name: 'Add a note' })).getByRole('button', { name: 'Add a note' }),
    );
    expect(await screen.findByText('disk replaced')).toBeTruthy();
  });

  it('keeps what was typed when a dialog is put aside, and asks before it is left behind', async () => {
    const { network } = serverWith();
    const { history } = renderApp('/incidents/42', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Add a note' }));
    const note = await screen.findByLabelText('Note');
    fireEvent.focusIn(note);
    fireEvent.input(note, { target: { value: 'disk replaced' } });
    fireEvent.keyDown(note, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('dialog', { name: 'Add a note' })).toBeNull());
    history.push('/jobs');
    const question = await screen.findByRole('dialog', { name: 'Leave without saving?' });
    fireEvent.click(within(question).getByRole('button', { name: 'Stay' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(history.location.pathname).toBe('/incidents/42');
    fireEvent.click(screen.getByRole('button', { name: 'Add a note' }));
    const dialog = await screen.findByRole('dialog', { name: 'Add a note' });
    expect((within(dialog).getByLabelText('Note') as HTMLInputElement).value).toBe('disk replaced');
    fireEvent.click(within(dialog).getByRole('button', { name: 'Add a note' }));
    expect(await screen.findByText('disk replaced')).toBeTruthy();
    // It is stored: nothing is lost any more.
    history.push('/jobs');
    await waitFor(() => expect(history.location.pathname).toBe('/jobs'));
  });

  it('is told in Chinese where its code has words, and as the server says it where not', async () => {
    const reason = { code: 'consecutive_failures', text: '3 runs failed in a row', figures: { failures: 3 } };
    const about = { subject: 'nightly', reason };
    const [alert] = sampleIncident().alerts;
    if (!alert) throw new Error('the sample has an alert');
    const strange = {
      ...alert,
      id: crypto.randomUUID(),
      reason: { code: 'of_a_newer_server', text: 'in its own words' },
    };
    const muted = { code: 'silence', text: 'x', figures: { silence: 'night', until: '2026-11-28T18:00:00.000Z' } };
    const { network } = serverWith({ about, muted, alerts: [{ ...alert, reason }, strange] });
    renderApp('/incidents/42', network);
    expect((await screen.findByRole('heading', { level: 1 })).textContent).toBe('nightly fails on 3 of 12 hosts');
    fireEvent.click(screen.getByText('中文'));
    expect(await screen.findByRole('heading', { level: 1, name: 'nightly：连续 3 次运行失败' })).toBeTruthy();
    expect(screen.getByText('处于静默 night 中，至 2026-11-28 18:00:00 UTC')).toBeTruthy();
    expect(screen.getByText('连续 3 次运行失败')).toBeTruthy();
    expect(screen.getByText('in its own words')).toBeTruthy();
    fireEvent.click(screen.getByText('English'));
    expect(await screen.findByText('3 runs failed in a row')).toBeTruthy();
  });

  it('offers what one’s rights allow: a viewer reads', async () => {
    const acts = async (grants: string[]) => {
      const { unmount } = renderApp('/incidents/42', serverWith().network, () => ({ grants }));
      await screen.findByRole('heading', { level: 1, name: 'nightly fails on 3 of 12 hosts' });
      await screen.findByRole('list', { name: 'Every decision' });
      const names = ['Acknowledge', 'Assign', 'Add a note', 'Silence', 'Resolve'];
      const shown = names.filter((name) => screen.queryByRole('button', { name }) !== null);
      unmount();
      return shown;
    };
    expect(await acts(['viewer@all'])).toEqual([]);
    expect(await acts(['operator@team:data'])).toEqual(['Acknowledge', 'Assign', 'Add a note', 'Resolve']);
    expect(await acts(['editor@all'])).toHaveLength(5);
  });

  it('says why an act was refused', async () => {
    const { network } = serverWith();
    network.on(incidentRoutes.acknowledge, () => refuse('conflict'));
    renderApp('/incidents/42', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Acknowledge' }));
    expect((await screen.findByRole('alert')).textContent).toContain('This does not fit what is there');
  });

  it('silences it after showing what that would mute', async () => {
    const { network } = serverWith();
    const asked: { document: unknown }[] = [];
    network.on(alertDocumentRoutes.preview, ({ body }) => {
      asked.push(body);
      const { number, title, state, severity } = sampleIncident();
      return { inEffect: true, incidents: [{ number, title, state, severity }], incidentsTotal: 3, alerts: 9 };
    });
    network.on(alertDocumentRoutes.put, ({ kind, name }) => ({ kind, name, change: 'created' as const }));
    renderApp('/incidents/42', network);
    fireEvent.click(await screen.findByRole('button', { name: 'Silence' }));
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByText('Open incidents that this would mute now: 3, with 9 alerts')).toBeTruthy();
    expect(within(dialog).getByText('and 2 more')).toBeTruthy();
    expect(asked[0]).toMatchObject({ document: { kind: 'Silence', match: ['job=nightly'] } });
    fireEvent.click(within(dialog).getByLabelText('env=prod'));
    fireEvent.change(within(dialog).getByLabelText(/Why/), { target: { value: 'storage moves' } });
    fireEvent.click(within(dialog).getByRole('button', { name: 'Silence' }));
    await waitFor(() => expect(network.calls.some(({ route }) => route.startsWith('PUT'))).toBe(true));
    const put = network.calls.find(({ route }) => route.startsWith('PUT'))?.asked;
    expect(put).toMatchObject({
      kind: 'Silence',
      name: expect.stringMatching(/^incident-42-/),
      body: { match: ['job=nightly', 'env=prod'], reason: 'storage moves', until: expect.stringMatching(/Z$/) },
    });
  });
});
