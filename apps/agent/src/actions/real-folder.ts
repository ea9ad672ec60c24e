import { lstatSync, realpathSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { judgePaths } from '@carillon/core/policy/host-policy';
import { isPathWithin } from '@carillon/core/policy/program-path';
import { type ActionContext, WrongDefinition } from './action-context.js';
import { reasonOf } from './action-report.js';

export const ignoresCase = process.platform === 'win32';

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
 * @throws WrongDefinition when it is none of this host's, leads elsewhere, or is not allowed here; Error when it is not there
 */
export function realFolder(path: string, field: string, context: ActionContext): string {
  if (!isAbsolute(path)) throw new WrongDefinition(`${field}: ${path} is no absolute path on this host`);
  let real: string;
  try {
    real = realpathSync.native(path);
    if (!lstatSync(real).isDirectory()) throw new WrongDefinition(`${field}: ${path} is no folder`);
  } catch (error) {
    if (error instanceof WrongDefinition) throw error;
    throw new Error(`${field}: ${path}: ${reasonOf(error)}`);
  }
  if (!isSamePath(resolve(path), real))
    throw new WrongDefinition(`${field}: ${path} leads by a link to ${real}; name that folder itself`);
  const verdict = judgePaths(context.policy, [real], ignoresCase);
  if (!verdict.ok) throw new WrongDefinition(`${field}: ${verdict.message}`);
  if (overlaps(real, context.agentRoot)) throw new WrongDefinition(`${field}: ${path} has the agent's own files in it`);
  return real;
}
