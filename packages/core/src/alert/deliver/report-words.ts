import { describeDuration } from '../../job/describe-schedule.js';
import type { Report, ReportCounts, ReportJob } from '../../report/compose-report.js';
import { roughly } from '../incident/resolution.js';
import { exitCodeText } from './line.js';

interface ReportWords {
  readonly period: string;
  readonly openIncidents: string;
  readonly unreachable: string;
  /** Heads of the table, as `cells` fills it. */
  readonly columns: readonly string[];
  cells(job: ReportJob): string[];
  /** All of it in one line, without a full stop. */
  summary(report: Report): string;
  /** A job in one line, its name apart. */
  line(job: ReportJob): string;
  moreJobs(count: number): string;
  andMore(count: number): string;
}

const minute = (instant: string) => `${instant.slice(0, 16).replace('T', ' ')} UTC`;

/** `2026-11-27 02:00 UTC to 2026-11-28 02:00 UTC` */
export function periodText({ from, to }: Pick<Report, 'from' | 'to'>, between: string): string {
  return `${minute(from)} ${between} ${minute(to)}`;
}

const took = (ms: number) => (ms < 1_000 ? `${Math.round(ms)}ms` : describeDuration(roughly(ms)));

function failureText({ lastFailure }: ReportJob): string {
  if (!lastFailure) return '';
  const { at, host, state, exitCode } = lastFailure;
  return `${minute(at)} ${host}, ${exitCode === null ? state : exitCodeText(exitCode)}`;
}

const some = (parts: readonly (string | false)[], between = ', ') => parts.filter(Boolean).join(between);
const number = (count: number) => (count === 0 ? '' : String(count));

function cellsOf(job: ReportJob): string[] {
  const { succeeded, warnings, failed, missed, late, unknown, averageMs, p95Ms } = job;
  return [
    job.job,
    String(job.runs),
    ...[succeeded, warnings, failed, missed, late, unknown].map(number),
    averageMs === null ? '' : took(averageMs),
    p95Ms === null ? '' : took(p95Ms),
    failureText(job),
  ];
}

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

function countsInEnglish({ runs, succeeded, warnings, failed, skipped, missed, late, unknown }: ReportCounts): string {
  const bad = [
    warnings > 0 && `${warnings} with warnings`,
    failed > 0 && `${failed} failed`,
    missed > 0 && `${missed} missed`,
    late > 0 && `${late} late`,
    unknown > 0 && `${unknown} unknown`,
    skipped > 0 && `${skipped} skipped`,
  ];
  const good = runs > 0 && (succeeded === runs ? 'all succeeded' : `${succeeded} succeeded`);
  const parts = some([good, ...bad]);
  return `${runs === 0 ? 'no runs' : count(runs, 'run')}${parts ? `: ${parts}` : ''}`;
}

function countsInChinese({ runs, succeeded, warnings, failed, skipped, missed, late, unknown }: ReportCounts): string {
  const bad = [
    warnings > 0 && `${warnings} 次警告`,
    failed > 0 && `${failed} 次失败`,
    missed > 0 && `${missed} 次错过`,
    late > 0 && `${late} 次延迟`,
    unknown > 0 && `${unknown} 次结果未知`,
    skipped > 0 && `${skipped} 次跳过`,
  ];
  const good = runs > 0 && (succeeded === runs ? '全部成功' : `${succeeded} 次成功`);
  const parts = some([good, ...bad], ',');
  return `${runs === 0 ? '没有运行' : `${runs} 次运行`}${parts ? `:${parts}` : ''}`;
}

/** What reports say, in each language. */
export const reportWords: Readonly<Record<'en' | 'zh', ReportWords>> = {
  en: {
    period: 'Period',
    openIncidents: 'Open incidents',
    unreachable: 'Hosts unreachable',
    columns: [
      'Job',
      'Runs',
      'Succeeded',
      'Warnings',
      'Failed',
      'Missed',
      'Late',
      'Unknown',
      'Average',
      '95 %',
      'Last failure',
    ],
    cells: cellsOf,
    summary: (report) =>
      report.total.jobs === 0
        ? 'there is no such job, so there is nothing to tell'
        : some(
            [
              `${count(report.total.jobs, 'job')}, ${countsInEnglish(report.total)}`,
              report.openIncidents > 0 && `${count(report.openIncidents, 'incident')} open`,
              report.unreachableHosts > 0 && `${count(report.unreachableHosts, 'host')} unreachable`,
            ],
            '; ',
          ),
    line: (job) =>
      some(
        [
          countsInEnglish(job),
          job.averageMs !== null &&
            job.p95Ms !== null &&
            `${took(job.averageMs)} on average, 95 % within ${took(job.p95Ms)}`,
          job.lastFailure !== null && `last failure ${failureText(job)}`,
        ],
        '; ',
      ),
    moreJobs: (n) => `and ${count(n, 'job')} more, with nothing worse`,
    andMore: (n) => `and ${n} more`,
  },
  zh: {
    period: '时段',
    openIncidents: '未解决事件',
    unreachable: '无法连接的主机',
    columns: ['作业', '运行', '成功', '警告', '失败', '错过', '延迟', '未知', '平均耗时', '95%', '最近失败'],
    cells: cellsOf,
    summary: (report) =>
      report.total.jobs === 0
        ? '没有符合条件的作业,无可报告'
        : some(
            [
              `${report.total.jobs} 个作业,${countsInChinese(report.total)}`,
              report.openIncidents > 0 && `${report.openIncidents} 个未解决事件`,
              report.unreachableHosts > 0 && `${report.unreachableHosts} 台主机无法连接`,
            ],
            ';',
          ),
    line: (job) =>
      some(
        [
          countsInChinese(job),
          job.averageMs !== null && job.p95Ms !== null && `平均 ${took(job.averageMs)},95% 不超过 ${took(job.p95Ms)}`,
          job.lastFailure !== null && `最近失败 ${failureText(job)}`,
        ],
        ';',
      ),
    moreJobs: (n) => `另有 ${n} 个作业,没有更严重的情况`,
    andMore: (n) => `另有 ${n} 个`,
  },
};
