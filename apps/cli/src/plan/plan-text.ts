import { describeChange, warningLines } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import {
  accountsChange,
  accountsText,
  approvalText,
  fieldLines,
  fireText,
  frozenLines,
  hostsText,
  type Plan,
  type PlanResult,
  rolloutLines,
  summaryOf,
} from './plan.js';

/** A plan for a terminal. */
export function planText(plan: Plan): string {
  const lines = plan.results.flatMap((result) => documentLines(result));
  const followed = (plan.followed ?? []).flatMap((result) => documentLines(result, 'by a calendar: '));
  const moved = plan.moved.flatMap(({ job, ...hosts }) => [
    `moved by a group: job ${safeText(job)}`,
    ...hostLines(hosts),
  ]);
  const pruned = (plan.pruned ?? []).map(
    ({ name, ...hosts }) =>
      `deleted job ${safeText(name)}: the files of its set have it no more; loses ${hostsText(hosts, safeText)}`,
  );
  const approval = approvalText(plan, safeText);
  const frozen = frozenLines(plan, safeText);
  return [
    ...lines,
    ...followed,
    ...moved,
    ...pruned,
    ...frozen,
    '',
    ...(approval ? [approval] : []),
    `plan ${plan.hash}: ${summaryOf(plan)}; nothing was changed`,
  ].join('\n');
}

/** The document, and indented below it what becomes of it. */
function documentLines(result: PlanResult, why = ''): string[] {
  const { fields, accounts, zones } = result.plan;
  const head = `${why}${describeChange(result)}`;
  if (result.change === 'unchanged') return [head, ...hostLines(result.plan), ...warnings(result)];
  const accountLine = accountsChange(accounts)
    ? [`  runs as: ${accountsText(accounts.before, safeText)} -> ${accountsText(accounts.after, safeText)}`]
    : [];
  return [
    head,
    ...fields.flatMap(fieldLines).map((line) => `  ${line}`),
    ...hostLines(result.plan),
    ...rolloutLines(result, safeText).map((line) => `  ${line}`),
    ...accountLine,
    ...zones.map(({ hostTimezone, nextFires }) => {
      const fires = nextFires.map((fire) => fireText(fire, hostTimezone)).join(', ');
      return `  next in ${safeText(hostTimezone)}: ${fires || 'no start by time'}`;
    }),
    ...warnings(result),
  ];
}

function hostLines({ gained, lost }: Pick<PlanResult['plan'], 'gained' | 'lost'>): string[] {
  return [
    ...(gained.count > 0 ? [`  gains ${hostsText(gained, safeText)}`] : []),
    ...(lost.count > 0 ? [`  loses ${hostsText(lost, safeText)}`] : []),
  ];
}

const warnings = (result: PlanResult) => warningLines(result).map((line) => `  ${line}`);
