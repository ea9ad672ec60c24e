import { countOf, describeChange, warningLines } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import {
  accountsChange,
  accountsText,
  approvalText,
  fieldLines,
  fireText,
  frozenLines,
  hasChanges,
  hostsText,
  type Plan,
  type PlanResult,
  rolloutLines,
  summaryOf,
} from './plan.js';

/** A comment on GitHub takes 65,536 characters; whoever posts it may put something before it. */
export const markdownCharacters = 60_000;

/** Lines of fields of one document, and the characters of one: a long script must not push all others out. */
const shownLines = 80;
const shownCharacters = 500;

/**
 * A plan as a comment on a pull request: a fold for each document that changes. Names come from files that anybody may
 * have proposed, so none of them can mention a person, link anywhere, or end the fold they are in.
 */
export function planMarkdown(plan: Plan, limit = markdownCharacters): string {
  const head = [
    `### Carillon plan: ${hasChanges(plan) ? summaryOf(plan) : 'nothing to change'}`,
    `Hash \`${plan.hash}\`. \`carillon apply --expect ${plan.hash}\` does this and nothing else.`,
    ...(plan.approval ? [`🔒 ${approvalText(plan, code)}.`] : []),
    ...frozenLines(plan, code).map((line) => `⚠️ ${line}`),
  ].join('\n\n');
  const told = plan.results.filter(({ change, plan: { gained, lost }, warnings = [] }) => {
    return change !== 'unchanged' || gained.count + lost.count + warnings.length > 0;
  });
  const pruned = (plan.pruned ?? []).map(({ name, ...hosts }) =>
    fold(`${code(`deleted job ${name}`)}: the files of its set have it no more`, [`Loses ${hostsText(hosts, code)}`]),
  );
  const sections = [
    ...pruned,
    ...told.map((result) => documentSection(result)),
    ...(plan.followed ?? []).map((result) => documentSection(result, 'by a calendar: ')),
    ...plan.moved.map(movedSection),
  ];
  const leftOut = (count: number) =>
    `_${countOf(count, 'more change')} left out: a comment takes no more. All of it: \`carillon apply --plan\`._`;
  const room = limit - leftOut(sections.length).length - 2;
  let text = head;
  let without = 0;
  for (const section of sections) {
    if (text.length + 2 + section.length > room) without += 1;
    else text += `\n\n${section}`;
  }
  return `${text}${without > 0 ? `\n\n${leftOut(without)}` : ''}\n`;
}

function documentSection(result: PlanResult, why = ''): string {
  const { fields, accounts, zones, gained, lost } = result.plan;
  const counts = [
    ...(fields.length > 0 ? [countOf(fields.length, 'field')] : []),
    ...(gained.count > 0 ? [`+${countOf(gained.count, 'host')}`] : []),
    ...(lost.count > 0 ? [`−${countOf(lost.count, 'host')}`] : []),
    ...(accountsChange(accounts) ? ['other account'] : []),
    ...((result.warnings ?? []).length > 0 ? ['warnings'] : []),
  ];
  return fold(`${why}${code(describeChange(result))}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`, [
    ...warningLines(result).map((line) => `⚠️ ${code(line)}`),
    ...(fields.length > 0 ? [diffBlock(fields.flatMap(fieldLines))] : []),
    ...hostLines(result.plan),
    ...rolloutBlock(result),
    ...(accountsChange(accounts)
      ? [`Runs as: ${accountsText(accounts.before, code)} → ${accountsText(accounts.after, code)}`]
      : []),
    ...zones.map(({ hostTimezone, nextFires }) => {
      const fires = nextFires.map((fire) => code(fireText(fire, hostTimezone))).join(', ');
      return `Next starts in ${code(hostTimezone)}: ${fires || 'none by time'}`;
    }),
  ]);
}

function movedSection({ job, ...hosts }: Plan['moved'][number]): string {
  return fold(
    `moved by a group: ${code(`job ${job}`)}: +${hosts.gained.count}, −${hosts.lost.count}`,
    hostLines(hosts),
  );
}

function rolloutBlock(result: PlanResult): string[] {
  const lines = rolloutLines(result, code);
  return lines.length > 0 ? [lines.map((line) => `- ${line}`).join('\n')] : [];
}

function hostLines({ gained, lost }: Pick<PlanResult['plan'], 'gained' | 'lost'>): string[] {
  return [
    ...(gained.count > 0 ? [`Gains ${hostsText(gained, code)}`] : []),
    ...(lost.count > 0 ? [`Loses ${hostsText(lost, code)}`] : []),
  ];
}

function fold(summary: string, parts: readonly string[]): string {
  return `<details><summary>${summary}</summary>\n\n${parts.join('\n\n')}\n\n</details>`;
}

/** Every line begins with its mark, so that none can be the end of the block. */
function diffBlock(lines: readonly string[]): string {
  const shown = lines.slice(0, shownLines).map((line) => {
    return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line;
  });
  const more = lines.length > shownLines ? [`  … ${countOf(lines.length - shownLines, 'more line')}`] : [];
  return ['```diff', ...shown, ...more, '```'].join('\n');
}

/**
 * Text as it stands, in HTML of which Markdown reads nothing: characters that could mean something to either are written
 * as entities, which cannot begin a mention, a link, a cell or a tag.
 */
function code(text: string): string {
  const entities = safeText(text).replace(/[^\p{L}\p{N}\p{M} -]/gu, (character) => `&#${character.codePointAt(0)};`);
  return `<code>${entities}</code>`;
}
