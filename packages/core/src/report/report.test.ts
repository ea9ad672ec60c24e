import { describe, expect, it } from 'vitest';
import { composeReport, type JobFigures, type ReportFacts, reportedJobs } from './compose-report.js';
import { hostsOfReport, jobsOfReport } from './report-jobs.js';
import { countedPeriod, reportPeriod } from './report-period.js';

const at = (text: string) => Date.parse(text);
const hour = 3_600_000;

describe('the period of a report', () => {
  const startedMs = at('2026-11-28T02:00:00Z');

  it('ends where its run began', () => {
    expect(reportPeriod({ periodMs: 2 * hour }, startedMs, null)).toEqual({
      fromMs: startedMs - 2 * hour,
      toMs: startedMs,
    });
  });

  it('goes back to the report before, a day where there is none, and never further than a month', () => {
    const since = (lastMs: number | null) =>
      (startedMs - reportPeriod({ periodMs: null }, startedMs, lastMs).fromMs) / hour;
    expect([since(startedMs - 5 * hour), since(null), since(0), since(startedMs + hour)]).toEqual([5, 24, 31 * 24, 0]);
  });

  it('is counted by whole hours and by its two edges, each instant once', () => {
    for (const [from, to] of [
      ['02:20', '05:10'],
      ['02:00', '05:00'],
      ['02:20', '02:40'],
      ['02:40', '03:20'],
      ['02:00', '02:00'],
      ['02:59', '04:00'],
    ]) {
      const period = { fromMs: at(`2026-11-28T${from}:00Z`), toMs: at(`2026-11-28T${to}:00Z`) };
      const { hours, edges } = countedPeriod(period);
      for (let ms = period.fromMs - hour; ms < period.toMs + hour; ms += 60_000) {
        const byHour = ms / hour >= hours.from && ms / hour < hours.to ? 1 : 0;
        const byEdge = edges.filter(({ fromMs, toMs }) => ms >= fromMs && ms < toMs).length;
        const inside = ms >= period.fromMs && ms < period.toMs ? 1 : 0;
        expect(byHour + byEdge, `${from} to ${to}: ${new Date(ms).toISOString()}`).toBe(inside);
      }
    }
  });
});

describe('what a report tells of', () => {
  const jobs = [
    { id: '1', name: 'NightBackup', owner: 'data' },
    { id: '2', name: 'NightClean', owner: 'Data' },
    { id: '3', name: 'NightPayroll', owner: 'people' },
    { id: '4', name: 'Orphan', owner: '' },
  ];
  const of = (patterns: string[] | null, owner: string) =>
    jobsOfReport({ jobs: patterns }, owner, jobs).map(({ id }) => id);

  it('is jobs of its own team, whatever it names; without a team it is all', () => {
    expect(of(null, 'data')).toEqual(['1', '2']);
    expect(of(['*'], 'DATA')).toEqual(['1', '2']);
    expect(of(['NightPayroll'], 'data')).toEqual([]);
    expect(of(['night*'], '')).toEqual(['1', '2', '3']);
    expect(of(null, '')).toEqual(['1', '2', '3', '4']);
  });

  it('is all hosts, its own, or those that are named', () => {
    const hosts = [
      { id: 'a', name: 'DB01', labels: { role: 'db' } },
      { id: 'b', name: 'WEB01', labels: { role: 'web' } },
    ];
    const groups = [{ name: 'prod', hosts: ['WEB01'] }];
    const ids = (wanted: Parameters<typeof hostsOfReport>[0]['hosts']) =>
      hostsOfReport({ hosts: wanted }, 'b', hosts, groups);
    expect([
      ids(null),
      ids({ all: true }),
      ids('this'),
      ids({ labels: { role: 'db' } }),
      ids({ groups: ['prod'] }),
    ]).toEqual([null, null, ['b'], ['a'], ['b']]);
    expect(ids({ groups: ['gone'] })).toEqual([]);
  });
});

describe('a report', () => {
  const figures = (job: string, changes: Partial<JobFigures> = {}): JobFigures => ({
    ...{ job, states: {}, verdicts: {}, averageMs: null, p95Ms: null, lastFailure: null },
    ...changes,
  });
  const facts = (jobs: JobFigures[]): ReportFacts => ({
    ...{ period: { fromMs: 0, toMs: hour }, jobs },
    ...{ incidents: [], openIncidents: 0, unreachable: [], unreachableHosts: 0 },
  });

  it('counts every run once, and what did not run apart from it', () => {
    const states = {
      succeeded: 5,
      warning: 1,
      failed: 1,
      timed_out: 1,
      killed: 1,
      skipped: 2,
      indeterminate: 1,
      running: 1,
    };
    const verdicts = { missed: 2, ran_late: 3, host_unknown: 4, skipped: 9 };
    const { jobs, total } = composeReport(
      facts([figures('a', { states, verdicts }), figures('b', { states: { succeeded: 2 } })]),
    );
    expect(jobs[0]).toMatchObject({
      runs: 11,
      succeeded: 5,
      warnings: 1,
      failed: 3,
      skipped: 2,
      missed: 2,
      late: 3,
      unknown: 5,
    });
    expect(total).toEqual({
      jobs: 2,
      runs: 13,
      succeeded: 7,
      warnings: 1,
      failed: 3,
      skipped: 2,
      missed: 2,
      late: 3,
      unknown: 5,
    });
  });

  it('names what is wrong first, then goes by name, and counts what there is no room for', () => {
    const many = Array.from({ length: reportedJobs + 5 }, (_, index) =>
      figures(`job-${String(index).padStart(3, '0')}`),
    );
    const bad = [
      figures('z', { states: { failed: 1 } }),
      figures('y', { verdicts: { missed: 2 } }),
      figures('x', { verdicts: { ran_late: 9 } }),
    ];
    const report = composeReport(facts([...many, ...bad]));
    expect(report.jobs.slice(0, 4).map(({ job }) => job)).toEqual(['y', 'z', 'x', 'job-000']);
    expect([report.jobs.length, report.moreJobs, report.total.jobs]).toEqual([reportedJobs, 8, reportedJobs + 8]);
  });
});
