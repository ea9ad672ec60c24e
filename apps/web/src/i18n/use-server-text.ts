import type { AlertStage } from '@carillon/core/state/states';
import { readableTimes } from '../lib/times.js';
import type { YamlFault } from '../lib/yaml-file.js';
import { useWords, wordsOfServer } from './index.js';
import type { Figures } from './server-text.js';

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

/** A row of the audit. */
interface Audited {
  readonly actor: string;
  readonly kind: string;
  readonly what: string;
  readonly text: string | null;
  readonly about?: Titled['about'];
  readonly after: unknown;
}

/** What a test of a channel found at one part of it. */
interface Checked {
  readonly what: string;
  readonly text: string;
  readonly says?: { readonly code: string; readonly figures?: Figures | undefined } | undefined;
}

/**
 * What the server says, in the reader's language. It says it in English beside a code and figures; what has no words here,
 * or comes from a server that is older than the code, stands in English.
 */
export function useServerText() {
  const { t, language } = useWords();
  const words = wordsOfServer(language);
  const reasonText = (reason: Reason): string => words?.reasonIn(words, reason) ?? readableTimes(reason.text);
  const titleText = ({ title, about }: Titled): string => {
    const said = words && about && words.reasonIn(words, about.reason);
    if (!said) return readableTimes(title);
    return about.subject === null ? said : `${about.subject}：${said}`;
  };
  const muteText = (reason: Reason): string => words?.muteIn(words, reason) ?? reason.text;
  const refusalText = (params: Figures): string | null => words?.refusalIn(words, params) ?? null;
  /** That there is no such thing; null while the page is read in English, and for all other refusals. */
  const missingText = ({ code, params }: { code: string; params: Figures }): string | null =>
    (words && code === 'not_found' && words.missingIn(words, params)) || null;
  const differenceText = (text: string): string => words?.differenceIn(words, text) ?? text;
  const scheduleText = (text: string): string => words?.scheduleIn(words, text) ?? text;
  /** A sentence of the product that comes as a text alone; words of others stand as they are. */
  const saidText = (text: string): string => words?.textIn(words, text) ?? text;
  /** The same about a task of Windows: why it cannot be read, or adopted. */
  const aboutTask = (text: string): string => words?.aboutTaskIn(words, text) ?? text;
  /** What is no YAML. */
  const yamlText = ({ code, message }: Pick<YamlFault, 'code' | 'message'>): string =>
    words?.yamlIn(words, code) ?? message;
  /** A file to begin with, its comments in the reader's language. */
  const templateText = (text: string): string => words?.templateTextIn(words, text) ?? text;
  const dryRunText = (text: string): string => words?.dryRunAnswerIn(words, text) ?? text;
  const exitText = ({ unsigned, text }: { readonly unsigned: number; readonly text: string }): string =>
    words?.exitIn(words, unsigned) ?? text;
  const checkText = (check: Checked): string => words?.checkIn(words, check) ?? `${check.what}: ${check.text}`;
  const detailText = ({ detail, detailSays }: Detailed): string | null | undefined =>
    (words && detailSays && words.detailIn(words, detailSays)) ?? (detail && saidText(detail));
  const outcomeText = (reason: Reason): string => words?.outcomeIn(words, reason) ?? readableTimes(reason.text);
  const logText = (entry: LogEntry): string => words?.logIn(words, entry) ?? readableTimes(entry.text);
  const whyText = ({ reason, text, figures }: Answer): string =>
    words?.whyIn(words, { code: reason, text, figures }) ?? text;
  const evidenceText = ({ code, text, figures }: Evidence): string =>
    (words && code && words.evidenceIn(words, { code, text, figures })) || text;
  const expectedText = ({ expected, expects }: Expected): string =>
    (words && expects && words.expectedIn(words, expects)) || expected;
  /** What stood there; English says `nothing` where nothing did. */
  const gotText = (got: string): string => (words && got === 'nothing' ? words.nothing : got);
  const problemText = (problem: Problem) =>
    words
      ? t(problem.path === '' ? 'error.expected' : 'error.invalidField', {
          path: problem.path,
          expected: expectedText(problem),
          got: gotText(problem.got),
        })
      : problem.message;
  /** The same for beside its field, which names it already. */
  const fieldText = (problem: Problem): string => {
    if (words)
      return problem.got === 'nothing'
        ? t('error.missing', { expected: expectedText(problem) })
        : t('error.expected', { expected: expectedText(problem), got: gotText(problem.got) });
    const { path, message } = problem;
    const bare = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
    return bare.charAt(0).toUpperCase() + bare.slice(1);
  };
  /** What a change request is called. */
  const requestText = (title: string): string => words?.titleIn(words, title) ?? title;
  /** What a document is of, `Job`. */
  const kindText = (kind: string): string => words?.kindIn(words, kind) ?? kind;
  /** What was written down in a sentence alone; a person may have written it. */
  const recordText = (text: string): string => words?.recordIn(words, text) ?? readableTimes(text);
  /** What a row of the audit is about, and what it says beside. */
  const auditText = (row: Audited): Pick<Audited, 'actor' | 'what' | 'text'> =>
    words
      ? {
          actor: words.auditNameIn(words, row.actor),
          what: words.auditWhatIn(words, row),
          text: words.auditTextIn(words, row),
        }
      : row;
  /** What a part of a job is: the word of files, in the reader's language with what it means before it. */
  const choiceText = (field: string, word: string): string => words?.choiceIn(words, field, word) ?? word;
  /** A part of a definition: as files call it, where it has no name. */
  const fieldName = (key: string): string => words?.fieldIn(words, key) ?? key;
  const faultText = (code: string | null): string | null =>
    (words && code !== null && words.faultIn(words, code)) || null;
  return {
    saidText,
    aboutTask,
    yamlText,
    templateText,
    dryRunText,
    exitText,
    checkText,
    reasonText,
    titleText,
    muteText,
    refusalText,
    missingText,
    differenceText,
    scheduleText,
    detailText,
    outcomeText,
    logText,
    whyText,
    evidenceText,
    requestText,
    kindText,
    recordText,
    auditText,
    choiceText,
    fieldName,
    faultText,
    expectedText,
    gotText,
    problemText,
    fieldText,
  };
}
