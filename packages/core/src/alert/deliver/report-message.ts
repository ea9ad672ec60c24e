import { isTroubled, type Report } from '../../report/compose-report.js';
import type { ChannelSpec } from '../documents/channel.schema.js';
import { oneLine } from './line.js';
import { periodText, reportWords } from './report-words.js';

interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A report as a mail shows it whole. */
export interface ReportTable {
  /** What stands beside the table. */
  readonly facts: readonly Fact[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The same in plain text, a line for each row. */
  readonly lines: readonly string[];
  /** What there is no room for; null: all is there. */
  readonly more: string | null;
}

/** A chat is no place for a table: so many jobs in trouble are named there. */
const shownJobs = 8;
const shownIncidents = 5;
const shownHosts = 10;

/** Whole, for mails. */
export function reportTable(report: Report, language: ChannelSpec['language']): ReportTable {
  const say = reportWords[language];
  return {
    facts: aboutOf(report, language),
    columns: say.columns,
    rows: report.jobs.map((job) => say.cells(job).map((cell) => oneLine(cell))),
    lines: report.jobs.map((job) => `${oneLine(job.job)}: ${oneLine(say.line(job))}`),
    more: report.moreJobs > 0 ? say.moreJobs(report.moreJobs) : null,
  };
}

/** In short, for every other channel: what is wrong. */
export function reportFacts(report: Report, language: ChannelSpec['language']): Fact[] {
  const say = reportWords[language];
  const troubled = report.jobs.filter(isTroubled).slice(0, shownJobs);
  return [
    ...aboutOf(report, language),
    ...troubled.map((job) => ({ name: oneLine(job.job), value: oneLine(say.line(job)) })),
  ];
}

function aboutOf(report: Report, language: ChannelSpec['language']): Fact[] {
  const say = reportWords[language];
  const { incidents, openIncidents, unreachable, unreachableHosts } = report;
  const list = (shown: readonly string[], all: number) =>
    oneLine([...shown, ...(all > shown.length ? [say.andMore(all - shown.length)] : [])].join('; '), 600);
  const titles = incidents.slice(0, shownIncidents).map(({ number, title }) => `#${number} ${title}`);
  return [
    { name: say.period, value: periodText(report, language === 'zh' ? '至' : 'to') },
    ...(openIncidents > 0 ? [{ name: say.openIncidents, value: list(titles, openIncidents) }] : []),
    ...(unreachableHosts > 0
      ? [{ name: say.unreachable, value: list(unreachable.slice(0, shownHosts), unreachableHosts) }]
      : []),
  ];
}
