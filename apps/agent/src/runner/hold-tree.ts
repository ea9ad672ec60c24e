import type { ChildProcess } from 'node:child_process';
import type { AgentFolder } from '../state/agent-folder.js';
import { jobTree } from '../windows/job-tree.js';
import { loadKoffi } from '../windows/koffi.js';
import { taskkillTree } from '../windows/taskkill-tree.js';
import { groupTree } from './group-tree.js';
import type { ProcessTree } from './process-tree.js';

/** Takes a program right after its start. */
export type HoldTree = (child: ChildProcess) => ProcessTree;

/** Gets ready to hold the tree of a program, before it is started: afterwards every moment is one in which it may start others. */
export function prepareTree({ root, native }: Pick<AgentFolder, 'root' | 'native'>): HoldTree {
  if (process.platform !== 'win32') return (child) => groupTree(child);
  const loaded = loadKoffi(native);
  const take = loaded.ok ? jobTree(loaded.koffi, root) : undefined;
  return (child) => take?.(child) ?? taskkillTree(child);
}
