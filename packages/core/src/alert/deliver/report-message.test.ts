import { describe, expect, it } from 'vitest';
import { composeReport } from '../../report/compose-report.js';
import { channelFileSchema } from '../documents/channel.schema.js';
import { requestOf } from './http-channels.js';
import { mailText, messageOf, plainText } from './message.js';
import { someContent } from './testing/content.js';

const at = (text: string) => Date.parse(text);
const noTemplates = { subject: null, text: null };

const job = (name: string, changes: object = {}) => ({
  ...{ job: name, states: { succeeded: 24 }, verdicts: {}, averageMs: 61_000, p95Ms: 150_000, lastFailure: null },
  ...changes,
});

const failing = job('NightIndex', {
  states: { succeeded: 22, failed: 2 },
  verdicts: { missed: 1 },
  lastFailure: { runId: 'r', at: '2026-11-28T01:00:00.000Z', host: 'DB01', state: 'failed', exitCode: 127 },
});

function contentOf(jobs: ReturnType<typeof job>[] = [job('NightBackup'), failing]) {
  const report = composeReport({
    period: { fromMs: at('2026-11-27T02:00:00Z'), toMs: at('2026-11-28T02:00:00Z') },
    jobs,
    incidents: [
      { number: 7, title: 'NightIndex fails on DB01', severity: 'high', openedAt: '2026-11-28T01:00:00.000Z' },
    ],
    openIncidents: 3,
    unreachable: ['WEB01'],
    unreachableHosts: 1,
  });
  const links = { incident: null, acknowledge: null, run: 'https://carillon.example/runs/r' };
  return someContent({ reason: 'report', incident: null, run: null, text: '', job: 'NightReport', report, links });
}

describe('a report', () => {
  const message = messageOf(contentOf(), { language: 'en', templates: noTemplates });

  it('says first how it went', () => {
    expect(message.subject).toBe(
      '[Carillon] report NightReport: 2 jobs, 48 runs: 46 succeeded, 2 failed, 1 missed; 3 incidents open; 1 host unreachable',
    );
    expect(message.text).toBe(
      '2 jobs, 48 runs: 46 succeeded, 2 failed, 1 missed; 3 incidents open; 1 host unreachable',
    );
  });

  it('is whole in a mail: each job with its times, and its last failure in words', () => {
    const text = mailText(message);
    expect(text).toContain(
      'NightIndex: 24 runs: 22 succeeded, 2 failed, 1 missed; 1m1s on average, 95 % within 3m; ' +
        'last failure 2026-11-28 01:00 UTC DB01, 127: ',
    );
    expect(text).toContain('\nNightBackup: 24 runs: all succeeded; 1m1s on average');
    expect(text).toContain('Period: 2026-11-27 02:00 UTC to 2026-11-28 02:00 UTC');
    expect(text).toContain('Open incidents: #7 NightIndex fails on DB01; and 2 more');
    expect(text).toContain('Hosts unreachable: WEB01');
    expect(text.split('NightIndex:')).toHaveLength(2);
    expect(message.table?.rows[0]?.slice(0, 7)).toEqual(['NightIndex', '24', '22', '', '2', '1', '']);
  });

  it('is short elsewhere: what went well is not named', () => {
    const text = plainText(message);
    expect(text).toContain('NightIndex: 24 runs');
    expect(text).not.toContain('NightBackup');
  });

  it('speaks the language of its channel', () => {
    const { subject, facts } = messageOf(contentOf(), { language: 'zh', templates: noTemplates });
    expect(subject).toContain('报告 NightReport: 2 个作业,48 次运行:46 次成功,2 次失败,1 次错过;3 个未解决事件');
    expect(facts.map(({ name }) => name)).toContain('无法连接的主机');
  });

  it('of nothing says so', () => {
    const none = messageOf(contentOf([]), { language: 'en', templates: noTemplates });
    expect(none.text).toBe('there is no such job, so there is nothing to tell');
    const quiet = messageOf(contentOf([job('a', { states: {}, averageMs: null, p95Ms: null })]), {
      language: 'en',
      templates: noTemplates,
    });
    expect(quiet.text).toContain('1 job, no runs');
  });

  it('fits a webhook, which is told how many jobs are left out', () => {
    const jobs = Array.from({ length: 60 }, (_, index) =>
      job(`${'x'.repeat(300)}${index}`, { lastFailure: failing.lastFailure }),
    );
    const channel = channelFileSchema.parse({
      kind: 'Channel',
      name: 'h',
      type: 'webhook',
      url: 'https://a.test',
      signing: { secret: 's' },
    });
    if (channel.type !== 'webhook') throw new Error(channel.type);
    const content = contentOf(jobs);
    const secret = () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const request = requestOf(channel, { key: 'k', recipient: null, content, message, nowMs: 0, secret });
    expect(Buffer.byteLength(request.body)).toBeLessThan(19_001);
    const { type, data } = JSON.parse(request.body);
    expect([type, data.report.jobs.length + data.report.moreJobs]).toEqual(['report', 60]);
    expect(data.report.jobs.length).toBeGreaterThan(10);
  });
});
