import { wordOfOutcome } from '@carillon/core/alert/deliver/outcome-reasons';
import { wordOfLog } from '@carillon/core/alert/log-reasons';
import { readScheduleText } from '@carillon/core/job/schedule-texts';
import { readRunDetail } from '@carillon/core/run/detail-texts';
import type { AlertStage } from '@carillon/core/state/states';
import { readTaskDifference } from '@carillon/core/state/task-difference';
import { spokenExpectation } from '@carillon/core/text/expected-texts';
import { readHostText, readRecord, readRequestTitle } from '@carillon/core/text/record-texts';
import { spokenRefusal } from '@carillon/core/text/refusal-texts';
import { type Figures, type Means, say } from '../server-text.js';
import type { Others } from './sentences/say-sentence.js';

/** `late`: words that come with the pages behind the first one. */
export type Words = typeof import('./server-words.js') & {
  readonly late?: typeof import('./sentences/late.js') | undefined;
};

/** Something that the server says by code and figures. */
interface Coded {
  readonly code: string;
  readonly text?: string;
  readonly figures?: Figures | null | undefined;
}

/** A row of the audit. */
interface Audited {
  readonly kind: string;
  readonly what: string;
  readonly text: string | null;
  readonly about?: { readonly subject: string | null; readonly reason: Coded } | undefined;
  readonly after: unknown;
}

/** @returns null where there are no words for its code, or figures are missing */
export function reasonIn(words: Words, { code, figures }: Coded): string | null {
  const { alertEnds, alertReasons, systemFaults } = words;
  const isFault = figures?.part !== undefined;
  // `exit_code_over`: what it was about is over.
  const isOver = code === 'recovered' || code.endsWith('_over');
  const found = isOver ? alertEnds : isFault ? of(systemFaults, code) : of(alertReasons, code);
  return say(found, figures ?? {}, meansIn(words));
}

/** Why nobody is told. @returns null as above */
export function muteIn(words: Words, { code, figures }: Coded): string | null {
  return say(of(words.muteReasons, code), figures ?? {}, meansIn(words));
}

/** One difference of a task, which hosts send as a sentence alone. @returns null where it says something else */
export function differenceIn(words: Words, text: string): string | null {
  const parts = readTaskDifference(text);
  if (!parts) return null;
  const { path = '', wanted, found } = parts;
  const side = (value: string | undefined) => (value === 'nothing' ? words.nothing : (value ?? ''));
  return say(words.taskDifference, { path, wanted: side(wanted), found: side(found) });
}

/** A schedule, which lists have as a text alone; a crontab stands as it is. */
export function scheduleIn({ scheduleWords }: Words, text: string): string {
  return readScheduleText(text)
    .map((entry) =>
      entry
        .map((part) => (typeof part === 'string' ? part : (say(scheduleWords[part.code], part.figures ?? {}) ?? '')))
        .join('，'),
    )
    .join('；');
}

/** Why a request is refused, by the parameters of the error. @returns null as above */
export function refusalIn(words: Words, params: Figures): string | null {
  const { code, figures } = { ...(params.says as { code?: unknown; figures?: Figures } | undefined) };
  return typeof code === 'string' ? say(of(words.refusalWords, code), { ...params, ...figures }, meansIn(words)) : null;
}

/** What there is not. @returns null where it has no name here, such as all that the reader may not see */
export function missingIn({ missing, noSuch, thingNames }: Words, { kind, name }: Figures): string | null {
  const thing = typeof kind === 'string' ? of(thingNames, kind) : undefined;
  return thing === undefined || typeof name !== 'string' || name === '' ? noSuch : say(missing, { thing, name });
}

/** What a host says of a run beside its reason. @returns null as above */
export function detailIn(words: Words, { code, figures }: Coded): string | null {
  return say(of(words.runDetails, code), figures ?? {});
}

/** What became of a notice, an event or a step of a ticket. @returns null as above */
export function outcomeIn(words: Words, { code, figures }: Coded): string | null {
  const word = wordOfOutcome(code, figures);
  return word && say(words.outcomes[word], figures ?? {}, meansIn(words));
}

/** A decision about an incident. @returns null as above, and for what a person wrote */
export function logIn(
  words: Words,
  { stage, code, figures }: Coded & { readonly stage: AlertStage; readonly figures: Figures | null },
): string | null {
  const word = wordOfLog(stage, code, figures);
  return word && say(words.logReasons[word], figures ?? {}, meansIn(words));
}

/** What became of a fire. @returns null as above */
export function whyIn(words: Words, { code, figures }: Coded): string | null {
  const said = say(of(words.whyReasons, code), figures ?? {}, meansIn(words));
  const several = figures?.several;
  return said === null || typeof several !== 'string' ? said : `${said}${severalIn(words, several)}`;
}

/** What became of all that waited, `2 ran, 1 ran late`. */
function severalIn({ ofAllThatWaited, verdictNames }: Words, text: string): string {
  const counts = text.split(', ').map((each) => {
    const [, count = '', verdict = each] = /^(\d+) (.*)$/s.exec(each) ?? [];
    return `${of(verdictNames, verdict.replaceAll(' ', '_')) ?? verdict} ${count} 次`;
  });
  return say(ofAllThatWaited, { counts: counts.join('、') }) ?? '';
}

/** What an answer is known from. @returns null as above */
export function evidenceIn(words: Words, { code, figures }: Coded): string | null {
  return say(of(words.whyEvidence, code), figures ?? {}, meansIn(words));
}

/** Why a definition is not on a host as it should be, or an order came to nothing. @returns undefined where there are no words for its code */
export function faultIn({ assignmentFaults, driftKinds, orderFaults }: Words, code: string): string | undefined {
  return of(assignmentFaults, code) ?? of(driftKinds, code) ?? of(orderFaults, code);
}

const othersIn = (words: Words): Others => ({
  difference: (text) => differenceIn(words, text),
  expected: (text) => {
    const spoken = spokenExpectation(text);
    return spoken && expectedIn(words, spoken);
  },
});

/** A sentence that answers carry as a text alone. @returns null where it is not one of ours */
export function textIn(words: Words, text: string): string | null {
  return words.late?.sentenceIn(text, othersIn(words)) ?? hostTextIn(words, text);
}

/** The same about a task of Windows: why it cannot be read, or become a job. @returns null as above */
export function aboutTaskIn(words: Words, text: string): string | null {
  const { late } = words;
  return late?.reasonTextIn(text, othersIn(words)) ?? late?.taskTextIn(text, othersIn(words)) ?? null;
}

/** What a program, or Windows about a task, ended with. */
export function exitIn({ resultIn }: Words, unsigned: number): string {
  return resultIn(unsigned);
}

/** What a host answers to a dry run; lines in words of others stand as they are. */
export function dryRunAnswerIn(words: Words, text: string): string {
  return words.late?.dryRunIn(text, othersIn(words)) ?? text;
}

/** What a test of a channel of tickets found. */
export function checkIn(
  words: Words,
  { what, text, says }: { what: string; text: string; says?: Coded | undefined },
): string {
  const said = (says && outcomeIn(words, says)) ?? textIn(words, text) ?? text;
  return `${of(words.late?.checkedParts ?? {}, what) ?? what}：${said}`;
}

/** What is no YAML. @returns undefined as above */
export function yamlIn({ late }: Words, code: string): string | undefined {
  return of(late?.yamlFaults ?? {}, code);
}

/** A file to begin with. */
export function templateTextIn({ late }: Words, text: string): string {
  return late?.templateIn(text) ?? text;
}

/** What a field is to be. @returns null as above */
export function expectedIn(words: Words, { code, figures }: Coded): string | null {
  return say(of(words.expectations, code), figures ?? {}, meansIn(words));
}

/** What a change request is called. @returns null where it is called otherwise */
export function titleIn(words: Words, text: string): string | null {
  const found = readRequestTitle(text);
  return found && say(words.requestTitleWords[found.code], found.figures, meansIn(words));
}

/**
 * What the server wrote down in a sentence alone, or in several with semicolons between; it may be a refusal.
 * @returns null for what a person wrote, and for an older server's words
 */
export function recordIn(words: Words, text: string): string | null {
  const parts = text.split('; ').map((part) => sentenceIn(words, part));
  return parts.every((part) => part !== null) ? parts.join('；') : sentenceIn(words, text);
}

function sentenceIn(words: Words, text: string): string | null {
  const found = readRecord(text);
  if (found) return say(words.recordWords[found.code], found.figures, meansIn(words));
  const refused = spokenRefusal(text);
  return refused ? say(words.refusalWords[refused.code], refused.figures, meansIn(words)) : textIn(words, text);
}

/** Why an agent started a run, and the like. @returns null as above */
export function hostTextIn(words: Words, text: string): string | null {
  const found = readHostText(text);
  return found && say(words.hostWords[found.code], found.figures, meansIn(words));
}

/** `Job nightly, HostGroup prod and 2 more`, kind by kind. */
export function documentsIn(words: Words, text: string): string {
  const [, shown = text, more] = /^(.*?)(?: and (\d+) more)?$/s.exec(text) ?? [];
  const names = shown
    .split(', ')
    .map((each) => thingIn(words, each))
    .join('、');
  return more === undefined ? names : (say(words.andMore, { names, more }) ?? text);
}

/** `Job nightly`. */
function thingIn({ userKinds }: Words, text: string): string {
  const at = text.indexOf(' ');
  const kind = of(userKinds, text.slice(0, Math.max(at, 0)));
  return kind === undefined ? text : `${kind}${text.slice(at)}`;
}

/** What a part of a job is, with the word that files have for it. @returns null of a newer server's */
export function choiceIn({ choiceForm, choiceNames }: Words, field: string, word: string): string | null {
  const name = of<string>(choiceNames, `${field}.${word}`);
  return name === undefined ? null : say(choiceForm, { name, word });
}

/** What a row of the audit is about. */
export function auditWhatIn(words: Words, { kind, what, about }: Audited): string {
  switch (kind) {
    case 'AlertDocument':
      return thingIn(words, what);
    case 'ChangeRequest': {
      const [, number = '', title = what] = /^(\d+) (.*)$/s.exec(what) ?? [];
      return `${number} ${titleIn(words, title) ?? title}`.trim();
    }
    case 'Incident': {
      const said = about && reasonIn(words, about.reason);
      const number = what.split(' ', 1)[0] ?? '';
      return said ? [number, about.subject === null ? said : `${about.subject}：${said}`].join(' ') : what;
    }
    case 'Task': {
      const at = what.lastIndexOf(' on ');
      const figures = { job: what.slice(0, Math.max(at, 0)), host: what.slice(at + 4) };
      return (at > 0 && say(words.taskOnHost, figures)) || what;
    }
    case 'Pause':
      return documentsIn(words, what);
    default:
      return auditNameIn(words, what);
  }
}

/** Whoever is nobody that is known has a name of ours. */
export function auditNameIn({ auditNames }: Words, name: string): string {
  return of(auditNames, name) ?? name;
}

/** What a document is of. @returns undefined of a newer server's */
export function kindIn({ userKinds }: Words, kind: string): string | undefined {
  return of(userKinds, kind);
}

/** A part of a definition. @returns undefined where it has no name here */
export function fieldIn({ fieldNames }: Words, key: string): string | undefined {
  return of(fieldNames, key);
}

/** What a row of the audit says beside, which may be in words of whoever did it. */
export function auditTextIn(
  words: Words,
  { kind, text, after }: Pick<Audited, 'kind' | 'text' | 'after'>,
): string | null {
  if (text === null) return null;
  const said = recordIn(words, text) ?? (kind === 'Session' ? of(words.signInWays, text) : undefined);
  if (said !== undefined) return said;
  const fault = isRecord(after) && typeof after.code === 'string' ? faultIn(words, after.code) : undefined;
  return fault === undefined ? text : `${fault}：${text}`;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Names that are figures themselves. */
const meansIn = (words: Words): Means => {
  const { assignmentFaults, driftKinds, historyStates, hostStates, nameOf, objections } = words;
  const { resultCodes, ticketSteps, valueFormats, valueTypes, whyReasons } = words;
  return (figure, value, figures) => {
    // What nobody said is nothing; what is not known is not said.
    if (figure === 'comment') return value === null ? '' : typeof value === 'string' ? `：${value}` : undefined;
    if (figure === 'storm') return value === true ? '其所代表的事件几乎都已结束' : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    switch (figure) {
      case 'refusal':
        return of(assignmentFaults, value);
      case 'why':
        return (
          of(assignmentFaults, value) ??
          of(objections, value) ??
          nameOf('reason', String(value)) ??
          recordIn(words, String(value)) ??
          textIn(words, String(value)) ??
          undefined
        );
      case 'changes':
        return String(value)
          .split('; ')
          .map((part) => recordIn(words, part) ?? part)
          .join('；');
      case 'documents':
        return documentsIn(words, String(value));
      case 'what':
        return thingIn(words, String(value));
      case 'expected': {
        const expected = spokenExpectation(String(value));
        return expected ? (expectedIn(words, expected) ?? undefined) : undefined;
      }
      case 'code':
        return of(words.failureNames as Readonly<Record<string, string>>, value);
      case 'metric':
        return of(words.metricNames, value) ?? String(value);
      case 'pause': {
        const detail = readRunDetail(String(value));
        return (detail && detailIn(words, detail)) ?? String(value);
      }
      case 'drift':
        return of(driftKinds, value);
      case 'exitCode':
      case 'resultCode':
        return of(resultCodes, Number(value) >>> 0)?.replace(/。$/, '');
      case 'hostState':
        return of(hostStates, value);
      case 'state':
        return nameOf('run', String(value)) ?? of(hostStates, value);
      case 'wanted':
        return of(hostStates, value);
      case 'users':
        return usersIn(words, String(value));
      case 'assignment':
      case 'change':
        return nameOf(figure, String(value));
      case 'log':
        return of(historyStates, value);
      case 'type':
        return of(valueTypes, value);
      case 'format':
        return of(valueFormats, value);
      case 'reason':
        return reasonIn(words, { code: String(value), figures }) ?? undefined;
      case 'mute':
        return muteIn(words, { code: String(value), figures }) ?? undefined;
      case 'outcome':
        return outcomeIn(words, { code: String(value), figures }) ?? undefined;
      case 'last':
        return outcomeIn(words, { code: String(value), figures: { ...figures, last: undefined } }) ?? undefined;
      case 'notice':
        return nameOf('notice.reason', String(value));
      case 'before':
      case 'severity':
        return nameOf('severity', String(value));
      case 'step':
        return of(ticketSteps, value);
      case 'cause':
        return say(of(whyReasons, value), {}) ?? undefined;
      case 'differences':
      case 'flaw':
      case 'values':
        return textIn(words, String(value)) ?? String(value);
      case 'reasons':
        return String(value)
          .split('; ')
          .map((reason) => aboutTaskIn(words, reason) ?? reason)
          .join('；');
      case 'field':
        return of(words.late?.namesInSentences.field ?? {}, value);
      default:
        return undefined;
    }
  };
};

/** Who names a document or a secret: `Route "prod" (to) and 3 more`. */
function usersIn({ userKinds }: Words, text: string): string {
  const kinds = new RegExp(`(?<=^|, )(${Object.keys(userKinds).join('|')}) `, 'g');
  return text
    .replace(kinds, (_, kind: string) => `${of(userKinds, kind)} `)
    .replace(/ and (\d+) more$/, '，另有 $1 处');
}

/** A key that may be none: the server may be newer. */
function of<T>(table: Readonly<Record<string | number, T>>, key: string | number): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
