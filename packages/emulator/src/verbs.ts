import { readFileSync } from 'node:fs';
import { taskEventIds as ids } from '@carillon/wintask/history/task-event';
import { checkTaskPath } from '@carillon/wintask/schtasks/arguments';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { readTaskXml, type TaskXmlProblem } from '@carillon/wintask/task/read-task-xml';
import { callerName } from './accounts.js';
import { canExpire } from './expiry.js';
import { addRecord } from './history.js';
import { BAD_NAME, EXISTS, FILE_MISSING, fail, misuse, notFound, type Outcome, succeed } from './messages.js';
import type { Options } from './options.js';
import { leaveRequest } from './requests.js';
import { removeState } from './task-state.js';
import { readTask, removeTask, storedPath, taskExists, writeTask } from './task-store.js';

const XML_TEXTS: Record<TaskXmlProblem['kind'], string> = {
  malformed: 'The task XML is malformed.',
  namespace: 'The task XML contains an element or attribute from an unexpected namespace.',
  'unexpected-node': 'The task XML contains an unexpected node.',
  'invalid-value': 'The task XML contains a value which is incorrectly formatted or out of range.',
  'missing-node': 'The task XML is missing a required element or attribute.',
  'too-many-nodes': 'The task XML contains too many nodes of the same type.',
};

/** How schtasks is thought to decode the file: UTF-16LE with its mark, else one byte a character (assumed). */
function encodingProblem(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return undefined;
  if ((first === 0xef && second === 0xbb) || (first === 0xfe && second === 0xff))
    return '(1,2)::ERROR: incorrect document syntax';
  const head = Buffer.from(bytes.subarray(0, 100)).toString('latin1');
  if (/^<\?xml[^>]*encoding=["']utf-8["']/i.test(head)) return '(1,40)::ERROR: unable to switch the encoding';
  return undefined;
}

function note(store: string, id: number, path: string): void {
  const who = callerName(process.env);
  addRecord(store, id, { TaskName: path, [id === ids.registered ? 'UserContext' : 'UserName']: who }, Date.now());
}

/** /create /tn NAME /xml FILE [/f] [/ru ACCOUNT [/rp PASSWORD|*]]; a `*` is read from standard input (assumed). */
export function create(store: string, options: Options): Outcome {
  const name = options.get('tn');
  const file = options.get('xml');
  if (name === undefined) return misuse("Invalid syntax. Mandatory option '/TN' is missing.");
  if (file === undefined || file === '') return misuse('Only registration from a file is emulated: /XML is missing.');
  const checked = checkTaskPath(name);
  if (!checked.ok) return fail(BAD_NAME);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return fail(FILE_MISSING);
  }
  const encoding = encodingProblem(bytes);
  if (encoding !== undefined) return fail(`${XML_TEXTS.malformed}\n${encoding}`);
  const read = readTaskXml(bytes, { unknownElements: 'refuse' });
  if (!read.ok) {
    const { kind, line, column, element, message } = read.problem;
    return fail(`${XML_TEXTS[kind]}\n(${line},${column}):${element}:${message}`);
  }
  // Whether Windows names the trigger or the task here is not known; that it refuses is (assumed).
  if (!canExpire(read.task)) return fail(`${XML_TEXTS['missing-node']}\n(1,1):EndBoundary:`);
  const path = storedPath(store, checked.path);
  const existed = taskExists(store, path);
  if (existed && !options.has('f')) return fail(EXISTS);
  const account = options.get('ru');
  const password = options.get('rp') === '*' ? readFileSync(0, 'utf8').split(/\r?\n/)[0] : options.get('rp');
  // The domain knows the password of a managed account.
  if (account !== undefined && !account.endsWith('$') && !password)
    return fail('The user name or password is incorrect.');
  writeTask(store, path, account === undefined ? read.task : withAccount(read.task, account));
  note(store, existed ? ids.updated : ids.registered, path);
  return succeed(`SUCCESS: The scheduled task "${name}" has successfully been created.`);
}

/** `/ru` takes the place of the account in the file. */
function withAccount(task: TaskDefinition, userId: string): TaskDefinition {
  const [{ groupId: _, ...principal } = {}] = task.principals;
  const logonType = principal.logonType === 'S4U' ? 'S4U' : 'Password';
  return { ...task, principals: [{ ...principal, userId, logonType }] };
}

function existing(store: string, options: Options): { name: string; path: string } | Outcome {
  const name = options.get('tn');
  if (name === undefined) return misuse("Invalid syntax. Mandatory option '/TN' is missing.");
  const checked = checkTaskPath(name);
  if (!checked.ok) return fail(BAD_NAME);
  const path = storedPath(store, checked.path);
  return taskExists(store, path) ? { name, path } : notFound(name);
}

/** /run /tn NAME: leaves a request; its success says nothing about the program's, as on Windows. */
export function run(store: string, options: Options): Outcome {
  const found = existing(store, options);
  if ('exit' in found) return found;
  const settings = readTask(store, found.path)?.settings;
  if (settings?.enabled === false) return fail('The scheduled task is disabled.');
  if (settings?.allowStartOnDemand === false) return fail('The task does not allow being started on demand.');
  leaveRequest(store, { kind: 'run', path: found.path }, Date.now());
  return succeed(`SUCCESS: Attempted to run the scheduled task "${found.name}".`);
}

/** /end /tn NAME: leaves a request; succeeds also when nothing runs (assumed). */
export function end(store: string, options: Options): Outcome {
  const found = existing(store, options);
  if ('exit' in found) return found;
  leaveRequest(store, { kind: 'end', path: found.path }, Date.now());
  return succeed(`SUCCESS: The scheduled task "${found.name}" has been terminated successfully.`);
}

/** /delete /tn NAME /f: without /f Windows would ask, and nobody answers here. */
export function remove(store: string, options: Options): Outcome {
  if (!options.has('f')) return misuse('Deleting asks for a confirmation; use /F.');
  const found = existing(store, options);
  if ('exit' in found) return found;
  removeTask(store, found.path);
  removeState(store, found.path);
  note(store, ids.deleted, found.path);
  return succeed(`SUCCESS: The scheduled task "${found.name}" was successfully deleted.`);
}

/** /change /tn NAME /enable|/disable */
export function change(store: string, options: Options): Outcome {
  const found = existing(store, options);
  if ('exit' in found) return found;
  if (options.has('enable') === options.has('disable')) return misuse('Use either /ENABLE or /DISABLE.');
  const task = readTask(store, found.path);
  if (!task) return fail('The task image is corrupt or has been tampered with.');
  writeTask(store, found.path, { ...task, settings: { ...task.settings, enabled: options.has('enable') } });
  note(store, options.has('disable') ? ids.disabled : ids.updated, found.path);
  return succeed(`SUCCESS: The parameters of scheduled task "${found.name}" have been changed.`);
}
