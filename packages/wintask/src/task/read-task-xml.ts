import { parseXml, type XmlElement } from '../xml/parse-xml.js';
import { decodeTaskXml } from './decode-task-xml.js';
import type { Principal, TaskAction, TaskDefinition, TaskSettings } from './definition.js';
import { extraAttributes } from './extra-attributes.js';
import {
  itemsOf,
  readSection,
  readValue,
  refuse,
  TaskXmlError,
  type TaskXmlProblem,
  toRaw,
  type UnknownElements,
} from './field-values.js';
import { readTrigger } from './read-trigger.js';
import {
  EXEC_ROWS,
  OPAQUE_ACTIONS,
  PRINCIPAL_ROWS,
  REGISTRATION_ROWS,
  SETTINGS_ROWS,
  TASK_NAMESPACE,
} from './task-fields.js';

export { decodeTaskXml } from './decode-task-xml.js';
export type { TaskXmlProblem } from './field-values.js';

export type ReadTaskResult = { ok: true; task: TaskDefinition } | { ok: false; problem: TaskXmlProblem };

const PARTS = ['RegistrationInfo', 'Triggers', 'Principals', 'Settings', 'Actions', 'Data'];
const MAX_TRIGGERS = 48;
const MAX_ACTIONS = 32;

function readPrincipal(element: XmlElement, unknown: UnknownElements): Principal {
  const fields = readSection(element, PRINCIPAL_ROWS, unknown, ['RequiredPrivileges']);
  const privileges = element.children.find((child) => child.name === 'RequiredPrivileges');
  if (privileges)
    fields.requiredPrivileges = itemsOf(privileges, 'Privilege').map((child) => readValue(child, { is: 'filled' }));
  const id = element.attributes.get('id');
  return { ...(id === undefined ? {} : { id }), ...fields } as Principal;
}

function readAction(element: XmlElement, unknown: UnknownElements): TaskAction {
  const id = element.attributes.get('id');
  const own = id === undefined ? {} : { id };
  if (element.name === 'Exec') {
    const fields = readSection(element, EXEC_ROWS, unknown);
    if (fields.command === undefined) throw refuse(element, 'missing-node', 'Command', 'Exec needs Command');
    return { kind: 'exec', ...own, ...(fields as { command: string }) };
  }
  if (element.name === 'ComHandler') {
    const fields = readSection(element, [{ element: 'ClassId', key: 'classId', type: { is: 'filled' } }], unknown, [
      'Data',
    ]);
    if (fields.classId === undefined) throw refuse(element, 'missing-node', 'ClassId', 'ComHandler needs ClassId');
    const data = element.children.find((child) => child.name === 'Data');
    return { kind: 'com-handler', ...own, ...(fields as { classId: string }), ...(data ? { data: toRaw(data) } : {}) };
  }
  if (unknown === 'keep' || OPAQUE_ACTIONS.has(element.name)) return { kind: 'raw', element: toRaw(element) };
  throw refuse(element, 'unexpected-node', 'Exec, ComHandler', `${element.name} is not a kind of action`);
}

function readParts(root: XmlElement): Map<string, XmlElement> {
  const parts = new Map<string, XmlElement>();
  for (const child of root.children) {
    if (!PARTS.includes(child.name))
      throw refuse(child, 'unexpected-node', PARTS.join(', '), `${child.name} is not a part of a task`);
    if (parts.has(child.name))
      throw refuse(child, 'unexpected-node', `one ${child.name}`, `${child.name} is given twice`);
    parts.set(child.name, child);
  }
  return parts;
}

function checkCount(element: XmlElement | undefined, max: number): void {
  const beyond = element?.children[max];
  if (beyond) throw refuse(beyond, 'too-many-nodes', `at most ${max}`, `${element.name} has more than ${max} elements`);
}

function readTask(root: XmlElement, unknown: UnknownElements): TaskDefinition {
  if (root.name !== 'Task') throw refuse(root, 'unexpected-node', 'Task', `${root.name} is not a task`);
  const namespace = root.attributes.get(root.prefix === '' ? 'xmlns' : `xmlns:${root.prefix}`);
  if (namespace !== undefined && namespace !== TASK_NAMESPACE) {
    throw refuse(root, 'namespace', TASK_NAMESPACE, `the namespace "${namespace}" is not that of a task`);
  }
  const parts = readParts(root);
  const actions = parts.get('Actions');
  if (!actions || actions.children.length === 0)
    throw refuse(actions ?? root, 'missing-node', 'Actions', 'a task needs an action');
  checkCount(parts.get('Triggers'), MAX_TRIGGERS);
  checkCount(actions, MAX_ACTIONS);
  const principals = itemsOf(parts.get('Principals'), 'Principal').map((child) => readPrincipal(child, unknown));
  const context = actions.attributes.get('Context');
  if (context !== undefined && !principals.some(({ id }) => id === context)) {
    throw refuse(actions, 'invalid-value', 'the id of a Principal', `Context "${context}" names no Principal`);
  }
  const version = root.attributes.get('version');
  const registration = parts.get('RegistrationInfo');
  const settings = parts.get('Settings');
  const data = parts.get('Data');
  return {
    ...(version === undefined ? {} : { version }),
    ...(registration ? { registrationInfo: readSection(registration, REGISTRATION_ROWS, unknown) } : {}),
    triggers: (parts.get('Triggers')?.children ?? []).map((child) => readTrigger(child, unknown)),
    principals,
    settings: settings ? (readSection(settings, SETTINGS_ROWS, unknown) as TaskSettings) : {},
    actions: actions.children.map((child) => readAction(child, unknown)),
    ...(context === undefined ? {} : { actionsContext: context }),
    ...(data ? { data: toRaw(data) } : {}),
    ...extraAttributes(root, unknown),
  };
}

/** Reads an already parsed Task element, for documents that hold several. */
export function readTaskElement(root: XmlElement, unknownElements: UnknownElements = 'keep'): ReadTaskResult {
  try {
    return { ok: true, task: readTask(root, unknownElements) };
  } catch (error) {
    if (error instanceof TaskXmlError) return { ok: false, problem: error.problem };
    throw error;
  }
}

/**
 * Reads a task definition from text, or from bytes in any encoding. Elements outside the model are kept by default, for
 * tasks that Windows has already accepted; `refuse` treats them as Task Scheduler does at registration. `codePage` is
 * that of the console for piped bytes; without it, bytes that are not Unicode are read in the likeliest page.
 * Source: MS-TSCH 2.5, task.xsd; order and ids are read more leniently, as Windows itself writes other orders.
 */
export function readTaskXml(
  source: string | Uint8Array,
  options: { unknownElements?: UnknownElements; codePage?: number | undefined } = {},
): ReadTaskResult {
  const text = typeof source === 'string' ? source.replace(/^\uFEFF/, '') : decodeTaskXml(source, options);
  const parsed = parseXml(text);
  if (parsed.ok) return readTaskElement(parsed.root, options.unknownElements);
  const { line, column, message } = parsed.problem;
  return { ok: false, problem: { element: '', line, column, expected: 'well-formed XML', message, kind: 'malformed' } };
}
