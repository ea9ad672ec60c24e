import { countOf } from '../lib/print.js';
import { type DrillGroup, type DrillScenario, drillGroups } from './drill-plan.js';
import { type DrilledScenario, type DrillResult, isPassed, missingOf } from './drill-result.js';
import { type DrillIncident, type GroupResult, isUndisturbed, type Missing, totalsOf } from './judge-drill.js';

interface Words {
  readonly title: string;
  /** What it shows when nothing was missed. */
  readonly proves: string;
  /** What was done, to whom. */
  readonly done: string;
  /** Whether the others have to notice too. */
  readonly hitsAll: boolean;
}

export const scenarioWords: Readonly<Record<DrillScenario, Words>> = {
  'agent-stop': {
    title: 'Agents stop',
    proves: 'hosts go on with their schedule without an agent, and tell what ran when it is back',
    done: 'Every agent of the label was killed (`kill -9`) and started again. Task Scheduler went on starting tasks; their runners wrote the results down on the host.',
    hitsAll: false,
  },
  'server-loss': {
    title: 'A server is lost',
    proves: 'what ran while no server answered arrives once, and orders given elsewhere arrive late',
    done: 'The server that the label’s agents are connected to was killed (`kill -9`) and stayed away. The other one, for the control group, went on.',
    hitsAll: false,
  },
  'slow-network': {
    title: 'The network is slow',
    proves: 'cut, late and half-open lines lose and double nothing',
    done: 'The line between the label’s agents and their server was narrow and late; its connections were reset, and then half-open: nothing arrived and neither side was told.',
    hitsAll: false,
  },
  'database-loss': {
    title: 'The database is lost',
    proves: 'nothing is acknowledged that is not stored, and whoever asks is told no',
    done: 'Postgres was killed (`kill -9`) and stayed away. Both servers work on it, so this hits everybody.',
    hitsAll: true,
  },
  'redis-loss': {
    title: 'Redis is lost',
    proves: 'Redis makes things faster only: without it there is delay and no loss',
    done: 'Redis was killed (`kill -9`) and stayed away. Both servers use it, so this reaches everybody.',
    hitsAll: true,
  },
};

/** Below what did not run. */
const notRunWords =
  'What did not run is between the hosts and their schedule, not between the hosts and the centre: no program began. On a machine that is too busy a runner gets going so late that the next occurrence of its job is due, which it then answers; the one before stays without a run, as on a real host that is overloaded. Where starts were late, drill again on a quieter machine, with fewer hosts or jobs.';

const problemWords: Readonly<Record<Missing['kind'], string>> = {
  'not-run': 'did not run',
  'run-twice': 'ran twice',
  lost: 'lost',
  duplicated: 'recorded twice',
  wrong: 'recorded wrongly',
  'order-not-kept': 'order not kept',
};

/** `14.2 s`; a dash for what was not measured. */
export function seconds(ms: number | null): string {
  return ms === null ? '–' : `${(ms / 1_000).toFixed(1)} s`;
}

/** The last line: nothing, or how much, all of which `missingLines` names. */
export function verdictLine(result: DrillResult): string {
  if (result.scenarios.length === 0) return 'Nothing was drilled.';
  const missing = missingOf(result);
  return missing.length === 0 ? 'Missed: nothing.' : `Missed: ${missing.length}.`;
}

/** Each thing that was missed, with host, job and occurrence. */
export function missingLines(missing: readonly Missing[]): string[] {
  return missing.map(({ kind, host, job, occurrence, text }) => {
    const when = occurrence === null ? 'ordered' : occurrence;
    return `${problemWords[kind]}: ${host}, ${job}, ${when}: ${text}`;
  });
}

export const figureNames = [
  'Due on the hosts',
  'Started on the hosts',
  'Ran, with those ordered',
  'Recorded in the centre',
  'Lost / doubled / wrong',
  'Known in the centre late by: usual, p95, most',
  'Connections made anew',
] as const;

/** In the order of `figureNames`. */
export function figuresOf(group: GroupResult): string[] {
  const { due, started, ran, recorded, lost, doubled, wrong, late, reconnects } = group;
  return [
    String(due),
    String(started),
    String(ran),
    String(recorded),
    `${lost} / ${doubled} / ${wrong}`,
    `${seconds(late.usualMs)}, ${seconds(late.p95Ms)}, ${seconds(late.maxMs)}`,
    String(reconnects),
  ];
}

/** What there is to say of a scenario beside its figures. */
export function remarksOf(scenario: DrilledScenario, result: Pick<DrillResult, 'hosts'>): string[] {
  const { caughtUpAfterMs, struckMs, healedMs, orders, incidents } = scenario;
  const { hitsAll } = scenarioWords[scenario.scenario];
  return [
    caughtUpAfterMs === null
      ? 'The centre did not catch up in the time that it was given.'
      : `The centre had caught up ${seconds(caughtUpAfterMs)} after the end of the fault, which lasted ${seconds(healedMs - struckMs)}.`,
    ...(hitsAll
      ? []
      : [`Control group: ${isUndisturbed(scenario, result.hosts) ? 'undisturbed.' : 'DISTURBED, see the figures.'}`]),
    ...orders.map(
      ({ host, job, askedMs, became }) =>
        `"Run now" of ${job} on ${host}, ${seconds(askedMs)} into the fault: ${became}.`,
    ),
    ...(incidents.length === 0
      ? ['Incidents: none. A host is told of when it has been silent for about three minutes.']
      : incidents.map((incident) => incidentLine(incident, struckMs))),
  ];
}

function incidentLine({ number, title, hosts, openedAt, resolvedAt }: DrillIncident, struckMs: number): string {
  const after = (at: string) => seconds(Date.parse(at) - struckMs);
  const end = resolvedAt === null ? 'still open' : `closed by itself at ${after(resolvedAt)}`;
  const whom = hosts.length === 0 ? '' : ` (${hosts.join(', ')})`;
  return `Incident #${number}: ${title}${whom}; opened ${after(openedAt)} after the fault began, ${end}.`;
}

/** The command line that does the same again. */
export function commandOf({ label, hosts, jobs, faultSeconds, seed, scenarios, skipped }: DrillResult): string {
  const chosen = [...scenarios, ...skipped].map(({ scenario }) => scenario);
  const scenario = chosen.length === 1 ? chosen[0] : 'all';
  const pair = `${label.key}=${label.value}`;
  const quoted = /^[\w.:/=-]+$/.test(pair) ? pair : `'${pair.replaceAll("'", "'\\''")}'`;
  return `npx carillon drill --label ${quoted} --hosts ${hosts.length} --jobs ${jobs} --seconds ${faultSeconds} --scenario ${scenario} --seed ${seed}`;
}

/** The report for a change record. */
export function drillMarkdown(result: DrillResult): string {
  const missing = missingOf(result);
  const { due, ran, recorded } = totalsOf(result.scenarios);
  const names = (group: DrillGroup) =>
    result.hosts
      .filter((host) => host.group === group)
      .map(({ name }) => name)
      .join(', ');
  const parts = [
    `# Fault drill: ${isPassed(result) ? 'passed' : 'not passed'}`,
    `**${verdictLine(result)}** ${due} runs were due on ${countOf(result.hosts.length, 'host')}, ${ran} ran (those ordered included), ${recorded} are recorded.`,
    ...(missing.length === 0
      ? []
      : [
          missingLines(missing)
            .map((line) => `- ${cell(line)}`)
            .join('\n'),
          ...(missing.some(({ kind }) => kind === 'not-run') ? [notRunWords] : []),
        ]),
    table(
      ['', ''],
      [
        ['Began', `${result.startedAt}, took ${seconds(result.durationMs)}`],
        ['Struck', `\`${result.label.key}=${result.label.value}\`: ${names('struck')}`],
        ['Control group', names('control')],
        ['Carillon', result.version],
        ['Again', `\`${commandOf(result)}\``],
      ],
    ),
    ...result.scenarios.flatMap((scenario) => scenarioParts(scenario, result)),
    ...result.skipped.map(({ scenario, why }) => `## ${scenarioWords[scenario].title}\n\nSkipped: ${why}.`),
    '## How it was done',
    'An emulated fleet of its own: two real servers, real Postgres, real agents and runners, an emulated Task Scheduler on every host. Each host’s programs keep a book of their own, which is compared with the database. Lost connections are tried again within 3 s here; real agents take 2 s at first, and up to 2 min after many failures.',
  ];
  return `${parts.join('\n\n')}\n`;
}

function scenarioParts(scenario: DrilledScenario, result: DrillResult): string[] {
  const { title, done } = scenarioWords[scenario.scenario];
  const figures = drillGroups.map((group) => figuresOf(scenario.groups[group]));
  const rows = figureNames.map((name, index) => [name, ...figures.map((column) => column[index] ?? '')]);
  return [
    `## ${title}`,
    done,
    table(['', `\`${result.label.key}=${result.label.value}\``, 'control'], rows),
    remarksOf(scenario, result)
      .map((line) => `- ${line}`)
      .join('\n'),
    scenario.timeline.map(({ afterMs, text }) => `    +${seconds(afterMs).padStart(7)}  ${text}`).join('\n'),
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
