import { someContent } from '@carillon/core/alert/deliver/testing/content';
import { channelFileSchema } from '@carillon/core/alert/documents/channel.schema';
import { composeReport } from '@carillon/core/report/compose-report';
import { makeSelfSigned, noCertificates } from '@carillon/testkit/self-signed';
import { SmtpSink } from '@carillon/testkit/smtp-sink';
import { afterEach, describe, expect, it } from 'vitest';
import { sendNotice } from './send-notice.js';

const testCertificate = noCertificates === undefined ? makeSelfSigned('localhost') : { key: '', cert: '' };
let sink: SmtpSink | undefined;
afterEach(async () => {
  await sink?.close();
  sink = undefined;
});

function send(fields: object, content = someContent(), more: object = {}) {
  const channel = channelFileSchema.parse({
    kind: 'Channel',
    name: 'mail',
    type: 'smtp',
    host: 'localhost',
    port: sink?.port,
    from: 'Carillon <alerts@example.com>',
    to: ['ops@example.com', 'night@example.com'],
    ...fields,
  });
  const secrets = new Map([['mail-password', 'secure_password']]);
  const options = {
    nowMs: 0,
    secrets,
    allowPrivateAddresses: true,
    timeoutMs: 2_000,
    ca: testCertificate.cert,
    ...more,
  };
  return sendNotice(channel, { key: `incident/1/${content.reason}`, recipient: null, content }, options);
}

describe('a mail', () => {
  it.skipIf(noCertificates)(
    'goes out encrypted and signed in, with text and HTML, marked as made by a machine',
    async () => {
      sink = await SmtpSink.start({ startTls: true, ...testCertificate, password: 'secure_password' });
      const login = { username: 'alert_user', password: { secret: 'mail-password' } };
      expect(await send(login)).toMatchObject({ kind: 'sent' });
      const [mail] = sink.mails;
      expect(mail).toMatchObject({ secure: true, user: 'alert_user', to: ['ops@example.com', 'night@example.com'] });
      expect(mail?.raw).toMatch(/^Subject: \[HIGH\] #7 opened: Backup fails on DB-01\r$/m);
      expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
      expect(mail?.raw).toContain('no space left');
    },
  );

  it('is never sent in the clear where encryption is wanted', async () => {
    sink = await SmtpSink.start();
    expect(await send({})).toMatchObject({ kind: 'refused' });
    expect(sink.mails).toEqual([]);
    expect(await send({ security: 'none' })).toMatchObject({ kind: 'sent' });
  });

  it.skipIf(noCertificates)('is not entrusted to a server whose certificate nobody knows', async () => {
    sink = await SmtpSink.start({ startTls: true, ...testCertificate });
    expect(await send({}, someContent(), { ca: undefined })).toMatchObject({ kind: 'retry' });
    expect(sink.mails).toEqual([]);
  });

  it('that follows another of its incident is in its thread; the same notice has the same id', async () => {
    sink = await SmtpSink.start();
    const plain = { security: 'none' };
    await send(plain);
    await send(plain, someContent({ reason: 'resolved' }));
    await send(plain, someContent({ reason: 'resolved' }));
    const header = (index: number, name: string) =>
      new RegExp(`^${name}: (.*)\r$`, 'm').exec(sink?.mails[index]?.raw ?? '')?.[1];
    expect(header(1, 'In-Reply-To')).toBe(header(0, 'Message-ID'));
    expect(header(1, 'Message-ID')).toBe(header(2, 'Message-ID'));
    expect(header(1, 'Message-ID')).not.toBe(header(0, 'Message-ID'));
  });

  it('that the server refuses is not tried again; one that it defers is', async () => {
    sink = await SmtpSink.start();
    sink.refuse = { code: 550, text: '5.1.1 No such user' };
    expect(await send({ security: 'none' })).toMatchObject({ kind: 'refused', code: 'smtp_550' });
    sink.refuse = { code: 451, text: '4.7.1 Greylisted' };
    expect(await send({ security: 'none' })).toMatchObject({ kind: 'retry', code: 'smtp_451' });
  });

  it.skipIf(noCertificates)('with a wrong password is not tried again', async () => {
    sink = await SmtpSink.start({ startTls: true, ...testCertificate, password: 'another' });
    const login = { username: 'alert_user', password: { secret: 'mail-password' } };
    expect(await send(login)).toMatchObject({ kind: 'refused', code: 'smtp_535' });
  });

  it('takes hostile names as text: no header is added, no script is in it', async () => {
    sink = await SmtpSink.start();
    const title = 'x\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>';
    const { incident, ...rest } = someContent();
    const content = { ...rest, incident: incident && { ...incident, title }, host: title, text: title };
    expect(await send({ security: 'none' }, content)).toMatchObject({ kind: 'sent' });
    expect(sink.mails[0]?.raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/m);
    expect(sink.mails[0]?.to).toEqual(['ops@example.com', 'night@example.com']);
    expect(sink.mails[0]?.raw.split('text/html')[1]).not.toContain('<script>');
  });

  it('shows a report whole, each job in a row of its own, with names as text', async () => {
    sink = await SmtpSink.start();
    const figures = { states: { succeeded: 3 }, verdicts: {}, averageMs: 1_000, p95Ms: 2_000, lastFailure: null };
    const report = composeReport({
      ...{ period: { fromMs: 0, toMs: 86_400_000 }, jobs: ['Backup', '<b>x'].map((job) => ({ job, ...figures })) },
      ...{ incidents: [], openIncidents: 0, unreachable: [], unreachableHosts: 0 },
    });
    const content = someContent({ reason: 'report', incident: null, run: null, job: 'Night', report });
    expect(await send({ security: 'none' }, content)).toMatchObject({ kind: 'sent' });
    const [plain, html] = (sink.mails[0]?.raw ?? '').replace(/=\r\n/g, '').split('text/html');
    expect(plain).toMatch(/^Subject: \[Carillon\] report Night: 2 jobs, 6 runs: all succeeded\r$/m);
    expect(plain).toContain('Backup: 3 runs: all succeeded; 1s on average, 95 % within 2s');
    expect(html).toMatch(/<td[^>]*>Backup<\/td><td[^>]*>3<\/td>/);
    expect(html).toContain('&lt;b&gt;x');
  });

  it('does not reach a server that is not public unless it may', async () => {
    sink = await SmtpSink.start();
    const outcome = await send({ security: 'none' }, someContent(), { allowPrivateAddresses: false });
    expect(outcome).toMatchObject({ kind: 'refused', code: 'blocked_address' });
  });
});
