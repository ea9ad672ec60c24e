import { lstatSync, realpathSync } from 'node:fs';
import { isAbsolute, resolve, toNamespacedPath } from 'node:path';
import { judgePaths } from '@carillon/core/policy/host-policy';
import { isPathWithin } from '@carillon/core/policy/program-path';
import { type ActionContext, WrongDefinition } from './action-context.js';
import { reasonOf } from './action-report.js';

export const ignoresCase = process.platform === 'win32';

/** Where a path leads in the end, by the system's own word; paths of any length on Windows too, where Node gives this call no help. */
export function whereIs(path: string): string {
  return realpathSync.native(toNamespacedPath(path));
}

/** Are these two ways to say one path? */
export function isSamePath(a: string, b: string): boolean {
  return isPathWithin(a, b, ignoresCase) && isPathWithin(b, a, ignoresCase);
}

export function overlaps(a: string, b: string): boolean {
  return isPathWithin(a, b, ignoresCase) || isPathWithin(b, a, ignoresCase);
}

/**
 * Where a path of a definition really is: it must lead there itself, by no link, or whoever may write above it decides
 * where the action works.
 * @param field name of the path in the job file
 * @throws WrongDefinition when it is none of this host's, leads elsewhere, is in the agent's own folder, or is not allowed
 *   here; Error when it is not there
 */
export function realPath(path: string, field: string, context: ActionContext): string {
  if (!isAbsolute(path)) throw new WrongDefinition(`${field}: ${path} is no absolute path on this host`);
  const real = lookUp(path, field);
  if (!isSamePath(resolve(path), real))
    throw new WrongDefinition(`${field}: ${path} leads by a link to ${real}; name that one itself`);
  const verdict = judgePaths(context.policy, [real], ignoresCase);
  if (!verdict.ok) throw new WrongDefinition(`${field}: ${verdict.message}`);
  if (isPathWithin(context.agentRoot, real, ignoresCase))
    throw new WrongDefinition(`${field}: ${path} is the agent's own`);
  return real;
}

/** The same of a folder to work in, which must not have the agent's own in it either. */
export function realFolder(path: string, field: string, context: ActionContext): string {
  const real = realPath(path, field, context);
  if (!lstatSync(real).isDirectory()) throw new WrongDefinition(`${field}: ${path} is no folder`);
  if (overlaps(real, context.agentRoot)) throw new WrongDefinition(`${field}: ${path} has the agent's own files in it`);
  return real;
}

function lookUp(path: string, field: string): string {
  try {
    return whereIs(path);
  } catch (error) {
    throw new Error(`${field}: ${path}: ${reasonOf(error)}`);
  }
}
