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
  log: 'action.log',
  format: 'action.format',
  files: 'action.files',
  bytes: 'action.bytes',
  rotateAfterMs: 'action.rotateAfterMs',
  processes: 'action.processes',
  services: 'action.services',
  disks: 'action.disks',
  from: 'action.from',
  to: 'action.to',
  mode: 'action.mode',
  exclude: 'action.exclude',
  compare: 'action.compare',
  verify: 'action.verify',
  count: 'action.count',
  days: 'action.days',
  jobs: 'action.jobs',
  hosts: 'action.hosts',
  periodMs: 'action.periodMs',
};

type Translate = ReturnType<typeof useWords>['t'];

/** What a job's action is told, in words; undefined for jobs that start a program. What is not asked for is left out. */
export function actionFacts(run: RunSpec, t: Translate): readonly (readonly [string, string])[] | undefined {
  if (!isAction(run)) return undefined;
  if (run.kind === 'http' || run.kind === 'healthCheck') return httpFacts(run.action, t);
  return factsOf(run.action, t);
}

function factsOf(fields: object, t: Translate): (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return factsOf(value as object, t);
    const label = labels[field];
    const text = valueText(field, value, t);
    return text === undefined ? [] : [[label ? t(label) : field, text] as const];
  });
}

function valueText(field: string, value: unknown, t: Translate): string | undefined {
  if (field === 'periodMs' && value === null) return t('action.periodMs.sinceLast');
  if (field === 'hosts' && value === 'this') return t('action.hosts.this');
  if (value === null || value === undefined || value === false || value === 0) return undefined;
  if (value === true) return t('common.yes');
  if (field === 'mode' && (value === 'full' || value === 'incremental')) return t(`action.mode.${value}`);
  if (typeof value === 'number')
    return field.endsWith('Ms')
      ? describeDuration(value)
      : field.endsWith('Bytes') || field === 'bytes'
        ? size(value)
        : String(value);
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String).join(' · ');
  return String(value);
}
