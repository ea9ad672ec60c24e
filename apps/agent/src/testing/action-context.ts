import { openPolicy } from '@carillon/core/policy/host-policy';
import type { ActionContext } from '../actions/action-context.js';
import { ActionReport } from '../actions/action-report.js';

/** A context for an action, and what it said. */
export function makeActionContext(
  changes: Partial<Omit<ActionContext, 'report'>> = {},
  hear: (line: string) => void = () => undefined,
) {
  const said: string[] = [];
  const problems: string[] = [];
  const take = (into: string[]) => (text: string) => {
    into.push(text.replace(/\n$/, ''));
    hear(text);
  };
  const context: ActionContext = {
    job: 'sample',
    jobId: 'sample-job',
    version: 1,
    memory: '/nowhere/memory',
    ca: undefined,
    host: 'sample-host',
    isDryRun: false,
    nowMs: Date.now(),
    agentRoot: '/nowhere/agent',
    policy: openPolicy,
    env: {},
    ...changes,
    report: new ActionReport(take(said), take(problems)),
  };
  return { context, said, problems };
}
