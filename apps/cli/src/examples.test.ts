import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Document, readDocument } from '@carillon/core/document/read-document';
import { jobFileFromArticleTask } from '@carillon/core/job/article-task';
import { jobChain } from '@carillon/core/job/job-chain';
import { makeManifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { isWatched } from '@carillon/wintask/schedule/schedule';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readDocuments } from './lib/documents.js';

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const everything = () => readDocuments({ cwd: folder, stdin: Readable.from([]) }, ['.']);
const runner = { command: 'carillon-agent.exe', arguments: ['run'] };

function taskOf(document: Document, hostTimezone: string) {
  if (document.kind !== 'Job') return undefined;
  const task = taskForJob(makeManifest('00000000-0000-0000-0000-000000000000', 1, document.spec), {
    hostTimezone,
    runner,
  });
  return task.ok ? task.value : expect.fail(JSON.stringify(task.problems));
}

describe('examples', () => {
  it.each(files)('%s begins with a comment that teaches', (file) => {
    expect(readFileSync(`${folder}${file}`, 'utf8')).toMatch(/^# /);
  });

  it('are valid, and apply together as one folder', async () => {
    const documents = (await everything()).map(({ document }) => document);
    const policies = documents.flatMap((document) => (document.kind === 'AlertPolicy' ? [document.spec.name] : []));
    const groups = documents.flatMap((document) => (document.kind === 'HostGroup' ? [document.spec.name] : []));
    const jobs = documents.flatMap((document) => (document.kind === 'Job' ? [document.spec] : []));
    expect(groups).toEqual(['server-group-prod']);
    expect(policies).toEqual(expect.arrayContaining(['low', 'medium', 'high', 'nightly-backups']));
    expect(jobs).toHaveLength(14);
    for (const job of jobs) {
      expect(policies).toEqual(expect.arrayContaining([...job.alerts]));
      expect(job.targets.groups ?? Object.entries(job.targets.labels ?? {})).toEqual(
        job.targets.groups ? groups : [['site', 'local']],
      );
    }
  });

  it('become tasks that Task Scheduler can hold exactly', async () => {
    for (const { document } of await everything()) {
      for (const zone of ['Asia/Shanghai', 'America/New_York', 'UTC']) {
        const task = taskOf(document, zone);
        if (!task) continue;
        // The one that shows what only the runner can decide.
        expect(task.exactness, task.path).toBe(task.path === '\\Carillon\\stock-prices' ? 'gated' : 'exact');
        // What the agent watches for needs no trigger.
        const isWatchedOnly = document.kind === 'Job' && document.spec.schedule.every(isWatched);
        expect(task.definition.triggers.length > 0, task.path).toBe(!isWatchedOnly);
        expect(readTaskXml(writeTaskXml(task.definition))).toBeTruthy();
      }
    }
  });

  it('include the article’s own document', () => {
    const converted = jobFileFromArticleTask(parse(readFileSync(`${folder}import/daily_backup.yaml`, 'utf8')));
    expect(converted).toMatchObject({
      ok: true,
      value: { name: 'daily_backup', targets: { groups: ['server-group-prod'] } },
    });
    expect(converted.ok && readDocument(converted.value).ok).toBe(true);
  });

  it('write GBK as they say', () => {
    const text = readFileSync(`${folder}every-minute-gbk.yaml`, 'utf8');
    const written = [...text.matchAll(/'([0-9a-f]+)', 'hex'/g)].map(([, hex]) =>
      new TextDecoder('gbk').decode(Buffer.from(hex ?? '', 'hex')),
    );
    expect(written).toEqual(['备份完成\n', '磁盘空间不足\n']);
  });
});

describe('examples/alerting', () => {
  it('has a channel of each type, and reads', async () => {
    const documents = await readDocuments({ cwd: folder, stdin: Readable.from([]) }, ['alerting']);
    const types = documents.flatMap(({ document }) => (document.kind === 'Channel' ? [document.spec.type] : []));
    expect([...new Set(types)].sort()).toEqual([
      ...['dingtalk', 'feishu', 'jira', 'pagerduty', 'servicenow', 'slack', 'smtp', 'teams'],
      ...['twilio-sms', 'twilio-voice', 'webhook', 'wecom'],
    ]);
    const kinds = new Set(documents.map(({ document }) => document.kind));
    expect([...kinds].sort()).toEqual(['Channel', 'MaintenanceWindow', 'OnCall', 'Route', 'Silence']);
  });
});

describe('examples with a report', () => {
  it('tell channels that examples/alerting has', async () => {
    const options = { cwd: folder, stdin: Readable.from([]) };
    const named = (await readDocuments(options, ['chain', 'reports'])).flatMap(({ document }) =>
      document.kind === 'Job' && document.spec.run.kind === 'report' ? document.spec.run.action.to : [],
    );
    const channels = (await readDocuments(options, ['alerting'])).flatMap(({ document }) =>
      document.kind === 'Channel' ? [document.spec.name] : [],
    );
    expect(named).toHaveLength(2);
    expect(channels).toEqual(expect.arrayContaining(named));
  });
});

describe('examples/chain', () => {
  it('is a chain that begins with a timetable, each of the others after one that is there', async () => {
    const documents = await readDocuments({ cwd: folder, stdin: Readable.from([]) }, ['chain']);
    const jobs = documents.flatMap(({ document }) => (document.kind === 'Job' ? [document.spec] : []));
    const links = jobs.flatMap(({ name, schedule }) =>
      schedule.flatMap((entry) =>
        entry.kind === 'job' ? [{ from: entry.job, to: name, outcome: entry.outcome }] : [],
      ),
    );
    expect(jobChain('NightReport', links)).toMatchObject({
      nodes: [
        { name: 'NightBackup', level: 0 },
        { name: 'NightIndex', level: 1 },
        { name: 'NightClean', level: 2 },
        { name: 'NightIndexFailed', level: 2 },
        { name: 'NightReport', level: 3 },
      ],
    });
  });
});
