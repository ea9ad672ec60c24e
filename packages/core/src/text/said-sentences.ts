import { cronPieceTexts, cronValueTexts } from '@carillon/wintask/words/cron-texts';
import { gateTexts, scheduleProblemTexts } from '@carillon/wintask/words/schedule-texts';
import { fieldValueTexts, taskXmlTexts } from '@carillon/wintask/words/task-xml-texts';
import { triggerNoteTexts, triggerProblemTexts } from '@carillon/wintask/words/trigger-texts';
import { runDetails } from '../run/detail-texts.js';
import { adoptionNoteTexts, adoptionProblemTexts } from './adoption-texts.js';
import { channelCheckTexts } from './channel-check-texts.js';
import { dryRunBecause } from './dry-run-texts.js';
import { commandTexts, hostFaultTexts, policyTexts, upgradeTexts, warningTexts } from './host-fault-texts.js';
import { patternTexts } from './pattern-texts.js';
import { placeholderTexts } from './placeholder-texts.js';
import { readerOf } from './sentences.js';
import { approvalFlawTexts, signatureFlawTexts, signingRefusalTexts } from './signature-texts.js';

/**
 * Every sentence of the product that answers carry as a text alone, or inside of another. Whoever shows them in another
 * language has words for each of these tables; a table that is not here is not said there.
 */
export const sentenceTables = {
  cronPieces: cronPieceTexts,
  cronValues: cronValueTexts,
  schedules: scheduleProblemTexts,
  gates: gateTexts,
  triggerProblems: triggerProblemTexts,
  triggerNotes: triggerNoteTexts,
  adoptionProblems: adoptionProblemTexts,
  adoptionNotes: adoptionNoteTexts,
  placeholders: placeholderTexts,
  patterns: patternTexts,
  signatureFlaws: signatureFlawTexts,
  approvalFlaws: approvalFlawTexts,
  signingRefusals: signingRefusalTexts,
  policies: policyTexts,
  hostFaults: hostFaultTexts,
  upgrades: upgradeTexts,
  commands: commandTexts,
  warnings: warningTexts,
  channelChecks: channelCheckTexts,
  runDetails,
  dryRuns: dryRunBecause,
} as const;
export type SentenceTables = typeof sentenceTables;

/** Sentences of so few words of their own that they are looked for only where they can be. */
export const taskXmlTables = { taskXml: taskXmlTexts, fieldValues: fieldValueTexts } as const;
export type TaskXmlTables = typeof taskXmlTables;

/** A sentence by its table, its name in it, and its figures. */
export interface SaidSentence<Table extends string> {
  readonly table: Table;
  readonly code: string;
  readonly figures: Readonly<Record<string, string>>;
}

function readerOfAll<Tables extends Readonly<Record<string, Readonly<Record<string, string>>>>>(tables: Tables) {
  type Table = keyof Tables & string;
  const all = Object.entries(tables).flatMap(([table, forms]) =>
    Object.entries(forms).map(([code, form]) => [`${table} ${code}`, form] as const),
  );
  const read = readerOf(Object.fromEntries(all));
  return (text: string): SaidSentence<Table> | null => {
    const found = read(text);
    if (!found) return null;
    const [table, code] = found.code.split(' ') as [Table, string];
    return { table, code, figures: found.figures ?? {} };
  };
}

/** A sentence of the product by name and figures; null: words of others, or of a newer server. */
export const readSentence = readerOfAll(sentenceTables);

/** Why XML is no task definition; to be asked where nothing else can stand. */
export const readTaskXmlSentence = readerOfAll(taskXmlTables);
