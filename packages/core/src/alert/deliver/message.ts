import type { AlertSeverity } from '../../state/states.js';
import type { ChannelSpec } from '../documents/channel.schema.js';
import { roughly } from '../incident/resolution.js';
import type { NoticeContent, Resolution } from '../notice.js';
import { directions, exitCodeText, oneLine } from './line.js';
import { inChinese } from './notice-in-chinese.js';
import { type ReportTable, reportFacts, reportTable } from './report-message.js';
import { reportWords } from './report-words.js';
import { asksForOutput, fillTemplate } from './template.js';
import { words } from './words.js';

/** A notice as people read it, before it is put into the form of its channel. All of it may hold hostile text. */
export interface Message {
  /** One line. */
  readonly subject: string;
  /** Why, in a sentence or what the channel's own template says. */
  readonly text: string;
  readonly severity: AlertSeverity | null;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Last lines of a run's output. */
  readonly output: string | null;
  readonly links: readonly { readonly name: string; readonly url: string }[];
  /** Of a report: all of it, where there is room. */
  readonly table: ReportTable | null;
}

/** What a channel says of a notice, in its language. */
export function messageOf(given: NoticeContent, channel: Pick<ChannelSpec, 'language' | 'templates'>): Message {
  const content = channel.language === 'zh' ? inChinese(given) : given;
  const say = words[channel.language];
  const { incident, run, spread, resolution, report } = content;
  const why = whyOf(content, channel.language);
  const { subject, text } = channel.templates;
  const facts: [string, string | null | undefined][] = [
    [say.severity, incident && say.severities[incident.severity]],
    [say.policy, incident?.policy],
    [say.job, content.job],
    [say.host, content.host],
    [say.exitCode, run?.exitCode == null ? null : exitCodeText(run.exitCode)],
    [say.spread, spread && spread.hosts > 1 ? say.spreadText(spread) : null],
    [say.examples, spread && spread.hosts > 1 ? spread.examples.join(', ') : null],
    [say.openedAt, incident?.openedAt],
    [say.resolvedAt, resolution?.at],
    [say.recoveredBy, resolution && recoveredBy(resolution, content.job, say.andMore)],
    [say.lasted, resolution && say.duration(roughly(resolution.lastedMs))],
    [say.acknowledgedBy, incident?.acknowledgedBy],
    [say.assignee, incident?.assignee],
    ...(content.parts ?? []).map(({ title, count }): [string, string] => [title, String(count)]),
    ...(report ? reportFacts(report, channel.language) : []).map(({ name, value }): [string, string] => [name, value]),
  ];
  const links: [string, string | null][] = [
    [say.incident, content.links.incident],
    [say.acknowledge, content.links.acknowledge],
    [say.run, content.links.run],
    [say.runbook, content.runbook],
  ];
  return {
    subject: oneLine(subject === null ? subjectOf(content, channel.language) : fillTemplate(subject, content), 200),
    text: (text === null ? why : fillTemplate(text, content)).replace(directions, ''),
    severity: incident?.severity ?? null,
    facts: facts.flatMap(([name, value]) => (value ? [{ name, value: oneLine(value) }] : [])),
    // Where the template says where it goes, it is not said twice.
    output: asksForOutput(channel.templates) ? null : (run?.output?.replace(directions, '') ?? null),
    links: links.flatMap(([name, url]) => (url ? [{ name, url }] : [])),
    table: report ? reportTable(report, channel.language) : null,
  };
}

/** In the channel's language where it can be said in it. */
function whyOf({ resolution, report, text }: NoticeContent, language: ChannelSpec['language']): string {
  if (report) return reportWords[language].summary(report);
  return resolution ? words[language].resolved(resolution, text) : text;
}

/** So many runs are read at a glance. */
const shownRuns = 3;

/** Which runs showed it. @param job that the notice is about, which need not be said again */
function recoveredBy(
  { runs = [], moreRuns = 0 }: Resolution,
  job: string | null,
  andMore: (count: number) => string,
): string {
  const shown = runs.slice(0, shownRuns);
  const names = shown.map((run) =>
    [run.host, run.job === job ? null : run.job, run.at, run.outcome].filter(Boolean).join(' '),
  );
  const left = moreRuns + runs.length - shown.length;
  return [...names, ...(left > 0 ? [andMore(left)] : [])].join('; ');
}

function subjectOf(content: NoticeContent, language: ChannelSpec['language']): string {
  const { reason, incident, report, job } = content;
  const say = words[language];
  if (report) return `[Carillon] ${say.reasons.report} ${job ?? ''}: ${whyOf(content, language)}`;
  if (!incident) return `[Carillon] ${say.reasons[reason]}${reason === 'test' ? '' : `: ${content.text}`}`;
  return `[${say.severities[incident.severity]}] #${incident.number} ${say.reasons[reason]}: ${incident.title}`;
}

/** The whole message as plain text. */
export function plainText({ text, facts, output, links }: Message): string {
  const parts = [text, facts.map(({ name, value }) => `${name}: ${value}`).join('\n')];
  if (output) parts.push(`---\n${output.trimEnd()}\n---`);
  parts.push(links.map(({ name, url }) => `${name}: ${url}`).join('\n'));
  return parts.filter(Boolean).join('\n\n');
}

/** The same of a mail, where a report has room for all of it. */
export function mailText(message: Message): string {
  const { table, text } = message;
  if (!table) return plainText(message);
  const rows = [...table.lines, ...(table.more === null ? [] : [table.more])].join('\n');
  return plainText({ ...message, text: [text, rows].filter(Boolean).join('\n\n'), facts: table.facts });
}

/** Cut to so many bytes of UTF-8, between characters. */
export function cutBytes(text: string, bytes: number): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= bytes) return text;
  let length = 0;
  let end = 0;
  for (const character of text) {
    length += encoder.encode(character).length;
    if (length > bytes - 3) break;
    end += character.length;
  }
  return `${text.slice(0, end)}…`;
}
