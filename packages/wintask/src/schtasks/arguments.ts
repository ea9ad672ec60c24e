export type TaskPathCheck = { ok: true; path: string } | { ok: false; message: string };

const MAX_PATH = 238;
const FORBIDDEN = '/:*?"<>|';

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'a folder or task name is empty';
  const bad = [...segment].find((character) => FORBIDDEN.includes(character) || character.charCodeAt(0) < 32);
  if (bad !== undefined) return `"${segment}" contains ${JSON.stringify(bad)}, which a task name must not`;
  if (/^[\s.]|[\s.]$/.test(segment)) return `"${segment}" begins or ends with a blank or a dot`;
  return undefined;
}

/**
 * Checks a task's full path (`\Folder\Name`; a missing first backslash means the root) against what Task Scheduler
 * takes: at most 238 characters, no characters that file names forbid. Source: schtasks docs (/tn).
 */
export function checkTaskPath(path: string): TaskPathCheck {
  const full = path.startsWith('\\') ? path : `\\${path}`;
  if (full.length > MAX_PATH)
    return { ok: false, message: `the task path has ${full.length} characters, at most ${MAX_PATH} are allowed` };
  for (const segment of full.slice(1).split('\\')) {
    const message = segmentProblem(segment);
    if (message !== undefined) return { ok: false, message };
  }
  return { ok: true, path: full };
}

function safePath(path: string): string {
  const checked = checkTaskPath(path);
  if (!checked.ok) throw new RangeError(`task path "${path}": ${checked.message}`);
  return checked.path;
}

// Fixed argument lists for schtasks.exe, to be passed without a shell. Each throws RangeError for a path that
// `checkTaskPath` refuses, so that a wildcard or an option can never be smuggled in. Source: schtasks docs.

/** Registers or replaces a task from a file of task XML. */
export function createArguments(taskPath: string, xmlFile: string): string[] {
  return ['/create', '/tn', safePath(taskPath), '/xml', xmlFile, '/f'];
}

/**
 * The same for an account that Windows itself knows the password of: a managed one [K]. The empty password is no secret.
 */
export function createManagedArguments(taskPath: string, xmlFile: string, account: string): string[] {
  return [...createArguments(taskPath, xmlFile), '/ru', account, '/rp', ''];
}

/** The same for an account whose password is asked for on standard input: it must not stand among the arguments. */
export function createAskingArguments(taskPath: string, xmlFile: string, account: string): string[] {
  return [...createArguments(taskPath, xmlFile), '/ru', account, '/rp', '*'];
}

/** Prints one task's XML. */
export function queryXmlArguments(taskPath: string): string[] {
  return ['/query', '/tn', safePath(taskPath), '/xml'];
}

/** Prints all tasks with last and next run, 28 columns. */
export function queryAllCsvArguments(): string[] {
  return ['/query', '/fo', 'CSV', '/v'];
}

/** Prints the XML of all tasks in one document, each below a comment with its path. */
export function queryAllXmlArguments(): string[] {
  return ['/query', '/xml', 'ONE'];
}

/** Asks for a start now; says nothing about its outcome. */
export function runArguments(taskPath: string): string[] {
  return ['/run', '/tn', safePath(taskPath)];
}

/** Ends the running instance's own process; its children survive. */
export function endArguments(taskPath: string): string[] {
  return ['/end', '/tn', safePath(taskPath)];
}

/** Deletes a task without asking. */
export function deleteArguments(taskPath: string): string[] {
  return ['/delete', '/tn', safePath(taskPath), '/f'];
}

/** Enables or disables a task. */
export function changeEnabledArguments(taskPath: string, enabled: boolean): string[] {
  return ['/change', '/tn', safePath(taskPath), enabled ? '/enable' : '/disable'];
}
