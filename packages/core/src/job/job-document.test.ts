import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { jobDocument } from './job-document.js';
import type { JobSpec } from './job-spec.js';

const shortest = {
  kind: 'Job',
  name: 'daily-backup',
  targets: { labels: { role: 'db' } },
  schedule: '0 2 * * *',
  run: { program: 'C:\\Scripts\\backup.bat' },
};

function specOf(document: object): JobSpec {
  const read = readDocument(document);
  if (!read.ok || read.value.kind !== 'Job') throw new Error(JSON.stringify(read));
  return read.value.spec;
}

const everything: readonly Record<string, unknown>[] = [
  {},
  { description: 'Loads the day', owner: 'data-team', enabled: false, alerts: ['nightly'], targets: { all: true } },
  { targets: { hosts: ['DB01'], group: 'prod', labels: { env: 'prod' } } },
  { schedule: { cron: '*/15 8-18 * * 1-5', timezone: 'Asia/Shanghai', calendar: { except: ['12-25'] }, jitter: '5m' } },
  { schedule: [{ every: '90m', jitter: '30s' }, { at: '2026-12-31T23:00', timezone: 'UTC' }, { after: '10m' }] },
  {
    schedule: [
      { on: 'startup', jitter: '1m' },
      { on: 'logon' },
      { on: { event: { log: 'System', source: 'X', id: 0 } } },
      { on: { file: 'D:\\in\\*.csv' } },
      { on: { cpuAbove: '85%', for: '5m' } },
      { on: { memoryAbove: 90 } },
      { on: { diskAbove: '97.5%', disk: 'D:' } },
      { on: { job: 'extract', outcome: 'any' } },
    ],
  },
  { when: { cpuBelow: '70%', memoryBelow: 80, fileExists: 'D:\\in\\data.csv', waitUpTo: '30m' } },
  { when: { cpuBelow: '70%' } },
  { orphans: { disable: '30d' } },
  { rollout: { rings: ['5%', '25%', '100%'] } },
  {
    rollout: { rings: [{ labels: { ring: 'canary' } }, 100], soak: '2h', haltOn: { failureRate: '2.5%', minimum: 10 } },
  },
  {
    run: {
      program: 'D:\\etl.exe',
      arguments: ['--date', '{{scheduledFor:yyyy-MM-dd}}', ''],
      workingDirectory: 'D:\\tools',
      environment: { MODE: 'prod', TOKEN: { secret: 'etl-token' } },
      stdin: { secret: 'pass' },
    },
  },
  { run: { powershell: "Write-Output 'a'\n# ende\n" } },
  { run: { batch: '@echo off\r\ndir\r\n', environment: { A: '1' } } },
  { run: { cleanup: { root: 'D:\\logs', patterns: '**/*.log' } } },
  {
    run: {
      cleanup: {
        root: '\\\\nas\\share\\logs',
        patterns: ['*.log', '**/*.tmp'],
        olderThan: '3d',
        largerThan: '10KiB',
        keepNewest: 5,
        untilFree: '20GiB',
        emptyFolders: true,
        archive: 'E:\\archive',
      },
    },
  },
  { run: { http: { url: 'https://api.example.com/items?day={{scheduledFor:yyyy-MM-dd}}' } } },
  {
    run: {
      http: {
        url: 'https://api.example.com/items',
        method: 'POST',
        headers: { Accept: 'application/json', Authorization: { secret: 'api-token', prefix: 'Bearer ' } },
        body: { json: { z: [1, null], a: { b: '{{runId}}' } } },
        expect: {
          status: [200, '3xx'],
          json: [
            { path: '$.status', equals: 'ok' },
            { path: '$.items.length', atLeast: 1 },
          ],
          text: 'ok',
          latencyBelow: '500ms',
        },
        show: true,
        retry: { attempts: 3, delay: '5s', backoff: 3 },
        breaker: { after: 5, for: '10m' },
        timeout: '1m',
        maxBytes: '20MiB',
        redirects: 'any',
      },
    },
  },
  {
    run: {
      http: {
        url: 'http://localhost:8080/',
        pages: { next: { json: '$.cursor', parameter: 'cursor' }, items: '$.items', most: 5 },
        saveTo: 'D:\\data\\{{scheduledFor:yyyyMMdd}}.json',
      },
    },
  },
  { run: { http: { url: 'http://a.test', method: 'PUT', body: { secret: 'login' }, redirects: 'none' } } },
  { run: { http: { url: 'http://a.test', pages: { next: 'link', most: 5 } } } },
  { run: { metrics: { log: 'D:\\logs\\metrics.csv' } } },
  {
    run: {
      metrics: {
        log: '/var/log/metrics.jsonl',
        format: 'jsonl',
        keep: { files: 7, bytes: '1MiB', rotateAfter: '1d' },
        processes: ['sqlservr'],
        services: ['W3SVC', 'MSSQL$SHOP'],
        disks: ['C:', '/var'],
      },
    },
  },
  { run: { healthCheck: { url: 'https://shop.example.com/health', method: 'HEAD', expect: { latencyBelow: '2s' } } } },
  { run: { report: { to: 'ops-mail' } } },
  {
    run: {
      report: { to: ['ops-mail', 'chat'], jobs: ['Night*', 'etl'], hosts: { groups: ['prod'] }, period: 'since-last' },
    },
  },
  { run: { report: { to: 'ops-mail', jobs: 'Night*', hosts: 'this', period: '7d' } } },
  { run: { backup: { from: 'D:\\data', to: '\\\\nas\\backup' } } },
  { run: { backup: { from: 'D:\\data', to: 'E:\\b', mode: 'incremental', keep: { days: 30 } } } },
  {
    run: {
      backup: {
        from: ['D:\\data', 'C:\\app\\app.ini'],
        to: 'E:\\b',
        mode: { full: ['sunday', 'wednesday'] },
        exclude: ['**/*.tmp', 'cache'],
        compare: 'hash',
        verify: false,
        keep: { count: 7, days: 30 },
      },
    },
  },
  { runAs: { gmsa: 'CORP\\etl$' }, rights: 'highest', onOverlap: 'queue', onMissed: 'run-once', onDrift: 'leave' },
  { runAs: 'local-service', onDrift: 'adopt', replaces: ['\\Backup\\Nightly'] },
  { timeout: '1d2h3m4s', retry: { attempts: 3, delay: '1m', backoff: 1.5, on: [75, '80-90', -1, 'timeout'] } },
  { retry: { attempts: 2 }, exitCodes: { success: [0, '2-4'], warning: ['5-7', -1_073_741_510] } },
  { exitCodes: 'robocopy', output: { keep: '256KiB', encoding: 'gbk' } },
  { output: { keep: 4_097 } },
  {
    overrides: [
      { hosts: ['a'], schedule: '0 3 * * *', arguments: ['x'], workingDirectory: null, runAs: { s4u: '.\\etl' } },
      { hosts: ['b', 'c'], schedule: [{ every: '2h' }], rights: 'highest', enabled: false, onMissed: 'run-once' },
    ],
  },
];

describe('the job file of a definition', () => {
  it.each(everything)('says the same again: %j', (change) => {
    const spec = specOf({ ...shortest, ...change });
    expect(specOf(JSON.parse(JSON.stringify(jobDocument(spec))))).toEqual(spec);
  });

  it('is as short as people write it', () => {
    expect(jobDocument(specOf(shortest))).toEqual(shortest);
  });
});
