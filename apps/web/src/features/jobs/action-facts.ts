import { isAction } from '@carillon/core/action/action-spec';
import { describeDuration } from '@carillon/core/job/describe-schedule';
import type { RunSpec } from '@carillon/core/job/job-spec';
import type { useWords, Word } from '../../i18n/index.js';
import { size } from '../../lib/sizes.js';
import { httpFacts } from './http-facts.js';

/** Fields that have a name for people; the others are shown by their own. */
const labels: Readonly<Record<string, Word>> = {
  root: 'action.root',
  patterns: 'action.patterns',
  olderThanMs: 'action.olderThanMs',
  largerThanBytes: 'action.largerThanBytes',
  keepNewest: 'action.keepNewest',
  untilFreeBytes: 'action.untilFreeBytes',
  emptyFolders: 'action.emptyFolders',
  archive: 'action.archive',
};

type Translate = ReturnType<typeof useWords>['t'];

/** What a job's action is told, in words; undefined for jobs that start a program. What is not asked for is left out. */
export function actionFacts(run: RunSpec, t: Translate): readonly (readonly [string, string])[] | undefined {
  if (!isAction(run)) return undefined;
  if (run.kind === 'http' || run.kind === 'healthCheck') return httpFacts(run.action, t);
  return Object.entries(run.action).flatMap(([field, value]) => {
    const label = labels[field];
    const text = valueText(field, value, t);
    return text === undefined ? [] : [[label ? t(label) : field, text] as const];
  });
}

function valueText(field: string, value: unknown, t: Translate): string | undefined {
  if (value === null || value === undefined || value === false || value === 0) return undefined;
  if (value === true) return t('common.yes');
  if (typeof value === 'number')
    return field.endsWith('Ms') ? describeDuration(value) : field.endsWith('Bytes') ? size(value) : String(value);
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String).join(' · ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
