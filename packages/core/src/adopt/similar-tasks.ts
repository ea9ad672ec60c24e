import type { ExecAction, TaskAction, TaskDefinition } from '@carillon/wintask/task/definition';
import { keyOf, type NormalValue, normalizeTask, normalizeTrigger } from '@carillon/wintask/task/normal-form';
import { isServiceAccount } from '@carillon/wintask/task/well-known-accounts';
import { sha256Hex } from '../desired/canonical-json.js';

/** Programs that say nothing by themselves: what they are given to run is what runs. */
const interpreters = new Set([
  'powershell',
  'pwsh',
  'cmd',
  'wscript',
  'cscript',
  'mshta',
  'rundll32',
  'msiexec',
  'python',
  'pythonw',
  'py',
  'java',
  'javaw',
  'node',
  'perl',
  'php',
  'ruby',
  'dotnet',
  'bash',
  'conhost',
]);
const scriptName =
  /([^\\/"'\s:*?<>|]+\.(?:ps1|psm1|bat|cmd|vbs|vbe|js|wsf|py|jar|pl|php|rb|dll|msi|exe|sh))(?=["'\s,]|$)/i;
const sid = /S-1-5-21(?:-\d+)+/gi;
const guid = /\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?/gi;
const profile = /([\\/](?:users|documents and settings)[\\/])[^\\/"']+/gi;

/**
 * What tasks of different hosts share when they are the same thing installed twice: what is started and at what times of
 * day. Left out is what belongs to the host or to the person: the task's own path, author, dates, accounts, folders, and
 * arguments beside the script's name, which are told as differences instead.
 * @returns 16 hexadecimal digits
 */
export function similarityKey(task: TaskDefinition, hostName: string): string {
  const triggers = task.triggers.map((trigger) => keyOf(withoutDates(normalizeTrigger(trigger)))).sort();
  const actions = task.actions.map((action) => whatStarts(action, hostName));
  return sha256Hex(keyOf({ actions, triggers })).slice(0, 16);
}

/**
 * What makes two tasks do the same in every respect but the host's name and dates of the past. Tasks with one key can be
 * one job. @returns 16 hexadecimal digits
 */
export function variantKey(task: TaskDefinition): string {
  const { description: _, ...meaning } = normalizeTask(task);
  const triggers = meaning.triggers.map((trigger) => keyOf(withoutDates(trigger))).sort();
  return sha256Hex(keyOf({ ...meaning, triggers })).slice(0, 16);
}

/** Text of a task's path or arguments that stands for the same on every host. */
export function withoutHostWords(text: string, hostName: string): string {
  const short = hostName.split('.')[0] ?? '';
  const named = short.length < 3 ? text : text.replace(new RegExp(escaped(short), 'gi'), '<host>');
  return named.replace(sid, '<sid>').replace(guid, '<id>').replace(profile, '$1<user>').toLowerCase();
}

function whatStarts(action: TaskAction, hostName: string): NormalValue {
  if (action.kind === 'com-handler') return { com: action.classId.toLowerCase() };
  if (action.kind === 'raw') return { raw: action.element.name };
  const program = programName(action);
  if (!interpreters.has(program)) return { program };
  const given = action.arguments ?? '';
  const script = scriptName.exec(given)?.[1];
  return { program, what: withoutHostWords(script ?? given, hostName) };
}

/** `"C:\Tools\etl.exe"` -> `etl`. */
function programName({ command }: ExecAction): string {
  const path = command.trim().replace(/^"|"$/g, '');
  return (path.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.(exe|com)$/, '');
}

/** Times of day stay, dates go. */
function withoutDates(trigger: NormalValue): NormalValue {
  if (trigger === null || typeof trigger !== 'object' || Array.isArray(trigger)) return trigger;
  const { startBoundary, endBoundary: _end, userId: _user, ...rest } = trigger;
  return { ...rest, time: typeof startBoundary === 'string' ? startBoundary.slice(11) : null };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Who a task runs as, as written: an account, or a group. */
export function accountOf(task: TaskDefinition): string {
  const principal = task.principals.find(({ id }) => id === task.actionsContext) ?? task.principals[0];
  return principal?.userId ?? principal?.groupId ?? '';
}

/** What lists say of a task: its first action, account and switch. */
export function summarize(task: TaskDefinition) {
  const [action] = task.actions;
  const account = accountOf(task);
  return {
    command: action?.kind === 'exec' ? action.command : action?.kind === 'com-handler' ? `COM ${action.classId}` : '',
    arguments: action?.kind === 'exec' ? (action.arguments ?? '') : '',
    workingDirectory: action?.kind === 'exec' ? (action.workingDirectory ?? '') : '',
    runAs: account,
    isService: isServiceAccount(account),
    enabled: task.settings.enabled !== false,
  };
}
