import { admissionRoutes } from '@carillon/contract/http/admission.routes';
import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FakeNetwork } from '../../testing/fake-network.js';
import { renderApp } from '../../testing/render-app.js';

const fingerprint = '3f2a-0000-0000-0000-0000-0000-0000-0001';
const host = {
  ...{ id: '01890000-0000-7000-8000-000000000001', name: 'web-07', state: 'pending', presence: 'online', labels: {} },
  ...{ os: 'Windows', timezone: 'UTC', agentVersion: '0.1.0', scheduler: 'schtasks', lastSeenAt: null },
  ...{ assignments: { total: 0, applied: 0, pending: 0, failed: 0 }, inSync: true, concerns: [] },
  ...{ keyFingerprint: fingerprint, joinedFrom: '10.1.2.3' },
};

it('a host that waits is shown with its key, and let in by it', async () => {
  let waits = true;
  const asked = new FakeNetwork()
    .on(hostRoutes.list, () => ({ items: waits ? [host as never] : [], next: null }))
    .on(admissionRoutes.approve, () => {
      waits = false;
      return { name: 'web-07', keyFingerprint: fingerprint };
    });
  renderApp('/hosts', asked);
  expect(await screen.findByText('Hosts that wait to be let in')).toBeTruthy();
  expect(screen.getByText(fingerprint)).toBeTruthy();
  expect(screen.getByText('from 10.1.2.3')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Let in' }));
  await waitFor(() => expect(screen.queryByText('Hosts that wait to be let in')).toBeNull());
  const call = asked.calls.find(({ route }) => route === 'POST /hosts/:name/approval');
  expect(call?.asked).toMatchObject({ name: 'web-07', body: { fingerprint } });
});

it('a host that waits is sent away only after a question', async () => {
  let sent = 0;
  const asked = new FakeNetwork()
    .on(hostRoutes.list, () => ({ items: sent === 0 ? [host as never] : [], next: null }))
    .on(admissionRoutes.refuse, () => {
      sent += 1;
      return { name: 'web-07' };
    });
  renderApp('/hosts', asked);
  fireEvent.click(await screen.findByRole('button', { name: 'Send away' }));
  const question = await screen.findByRole('dialog', { name: 'Send web-07 away?' });
  expect(sent).toBe(0);
  fireEvent.click(within(question).getByRole('button', { name: 'Send away' }));
  await waitFor(() => expect(screen.queryByText('Hosts that wait to be let in')).toBeNull());
  expect(sent).toBe(1);
});
