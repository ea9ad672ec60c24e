import { wordOfOutcome } from '@carillon/core/alert/deliver/outcome-reasons';
import { wordOfLog } from '@carillon/core/alert/log-reasons';
import type { AlertStage } from '@carillon/core/state/states';
import { useWords, wordsOfServer } from './index.js';
import { type Figures, type Means, say } from './server-text.js';

/** Why something was decided, as the server tells it: a code, an English sentence and its figures. */
interface Reason {
  readonly code: string;
  readonly text: string;
  readonly figures?: Figures | null | undefined;
}
export interface Titled {
  readonly title: string;
  readonly about?: { readonly subject: string | null; readonly reason: Reason } | undefined;
}

interface Answer {
  readonly reason: string;
  readonly text: string;
  readonly figures?: Figures | undefined;
}
interface Evidence {
  readonly code?: string | undefined;
  readonly text: string;
  readonly figures?: Figures | undefined;
}

/** What the server expected of a field. */
interface Expected {
  readonly expected: string;
  readonly expects?: { readonly code: string; readonly figures?: Figures | undefined } | undefined;
}

type Problem = Expected & { readonly path: string; readonly got: string; readonly message: string };

/** What the log of an incident says. */
interface LogEntry extends Omit<Reason, 'figures'> {
  readonly stage: AlertStage;
  readonly figures: Figures | null;
}

/** What a host said of a run beside its reason. */
interface Detailed {
  readonly detail?: string | null | undefined;
  readonly detailSays?: { readonly code: string; readonly figures?: Figures | undefined } | undefined;
}

type Words = NonNullable<ReturnType<typeof wordsOfServer>>;

/**
 * What the server says, in the reader's language. It says it in English beside a code and figures; what has no words here,
 * or comes from a server that is older than the code, stands in English.
 */
export function useServerText() {
  const { t, language } = useWords();
  const words = wordsOfServer(language);
  const reasonText = (reason: Reason): string => (words && reasonIn(words, reason)) ?? reason.text;
  const titleText = ({ title, about }: Titled): string => {
    const said = words && about && reasonIn(words, about.reason);
    if (!said) return title;
    return about.subject === null ? said : `${about.subject}：${said}`;
  };
  const muteText = (reason: Reason): string => (words && muteIn(words, reason)) ?? reason.text;
  const refusalText = (params: Figures): string | null => (words && refusalIn(words, params)) || null;
  const detailText = ({ detail, detailSays }: Detailed): string | null | undefined =>
    (words && detailSays && detailIn(words, detailSays)) ?? detail;
  const outcomeText = (reason: Reason): string => (words && outcomeIn(words, reason)) ?? reason.text;
  const logText = (entry: LogEntry): string => (words && logIn(words, entry)) ?? entry.text;
  const whyText = ({ reason, text, figures }: Answer): string =>
    (words && whyIn(words, { code: reason, text, figures })) ?? text;
  const evidenceText = ({ code, text, figures }: Evidence): string =>
    (words && code && evidenceIn(words, { code, text, figures })) || text;
  const expectedText = ({ expected, expects }: Expected): string =>
    (words && expects && expectedIn(words, expects)) || expected;
  const problemText = (problem: Problem) =>
    words
      ? t(problem.path === '' ? 'error.expected' : 'error.invalidField', {
          path: problem.path,
          expected: expectedText(problem),
          got: problem.got,
        })
      : problem.message;
  /** The same for beside its field, which names it already. */
  const fieldText = (problem: Problem): string => {
    if (words)
      return problem.got === 'nothing'
        ? t('error.missing', { expected: expectedText(problem) })
        : t('error.expected', { expected: expectedText(problem), got: problem.got });
    const { path, message } = problem;
    const bare = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
    return bare.charAt(0).toUpperCase() + bare.slice(1);
  };
  const faultText = (code: string | null): string | null =>
    (words && code !== null && (of(words.assignmentFaults, code) ?? of(words.driftKinds, code))) || null;
  return {
    reasonText,
    titleText,
    muteText,
    refusalText,
    detailText,
    outcomeText,
    logText,
    whyText,
    evidenceText,
    faultText,
    expectedText,
    problemText,
    fieldText,
  };
}

/** @returns null where there are no words for its code, or figures are missing */
export function reasonIn(words: Words, { code, figures }: Reason): string | null {
  const { alertEnds, alertReasons, systemFaults } = words;
  const isFault = figures?.part !== undefined;
  // `exit_code_over`: what it was about is over.
  const isOver = code === 'recovered' || code.endsWith('_over');
  const found = isOver ? alertEnds : isFault ? of(systemFaults, code) : of(alertReasons, code);
  return say(found, figures ?? {}, meansIn(words));
}

/** Why nobody is told. @returns null as above */
export function muteIn(words: Words, { code, figures }: Reason): string | null {
  return say(of(words.muteReasons, code), figures ?? {}, meansIn(words));
}

/** Why a request is refused, by the parameters of the error. @returns null as above */
export function refusalIn(words: Words, params: Figures): string | null {
  const { code, figures } = { ...(params.says as { code?: unknown; figures?: Figures } | undefined) };
  return typeof code === 'string' ? say(of(words.refusalWords, code), { ...params, ...figures }, meansIn(words)) : null;
}

/** What a host says of a run beside its reason. @returns null as above */
export function detailIn(words: Words, { code, figures }: Omit<Reason, 'text'>): string | null {
  return say(of(words.runDetails, code), figures ?? {});
}

/** What became of a notice, an event or a step of a ticket. @returns null as above */
export function outcomeIn(words: Words, { code, figures }: Omit<Reason, 'text'>): string | null {
  const word = wordOfOutcome(code, figures);
  return word && say(words.outcomes[word], figures ?? {}, meansIn(words));
}

/** A decision about an incident. @returns null as above, and for what a person wrote */
export function logIn(words: Words, { stage, code, figures }: Omit<LogEntry, 'text'>): string | null {
  const word = wordOfLog(stage, code, figures);
  return word && say(words.logReasons[word], figures ?? {}, meansIn(words));
}

/** What became of a fire. @returns null as above */
export function whyIn(words: Words, { code, figures }: Reason): string | null {
  return say(of(words.whyReasons, code), figures ?? {}, meansIn(words));
}

/** What an answer is known from. @returns null as above */
export function evidenceIn(words: Words, { code, figures }: Reason): string | null {
  return say(of(words.whyEvidence, code), figures ?? {}, meansIn(words));
}

/** What a field is to be. @returns null as above */
export function expectedIn(words: Words, { code, figures }: Omit<Reason, 'text'>): string | null {
  return say(of(words.expectations, code), figures ?? {}, meansIn(words));
}

/** Names that are figures themselves. */
const meansIn = (words: Words): Means => {
  const { assignmentFaults, driftKinds, exitCodes, historyStates, hostStates, nameOf, objections } = words;
  const { ticketSteps, valueFormats, valueTypes, whyReasons } = words;
  return (figure, value, figures) => {
    // What nobody said is nothing; what is not known is not said.
    if (figure === 'comment') return value === null ? '' : typeof value === 'string' ? `：${value}` : undefined;
    if (figure === 'storm') return value === true ? '其所代表的事件几乎都已结束' : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    switch (figure) {
      case 'refusal':
        return of(assignmentFaults, value);
      case 'why':
        return of(assignmentFaults, value) ?? of(objections, value) ?? nameOf('reason', String(value));
      case 'drift':
        return of(driftKinds, value);
      case 'exitCode':
      case 'resultCode':
        return of(exitCodes, value);
      case 'hostState':
        return of(hostStates, value);
      case 'state':
        return nameOf('run', String(value));
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
        return reasonIn(words, { code: String(value), text: '', figures }) ?? undefined;
      case 'mute':
        return muteIn(words, { code: String(value), text: '', figures }) ?? undefined;
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
      default:
        return undefined;
    }
  };
};

/** A key that may be none: the server may be newer. */
function of<T>(table: Readonly<Record<string | number, T>>, key: string | number): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
