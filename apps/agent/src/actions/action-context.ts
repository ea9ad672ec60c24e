import type { HostPolicy } from '@carillon/core/policy/host-policy';
import type { ActionReport } from './action-report.js';

/** What every action is handed beside its definition. */
export interface ActionContext {
  /** Name of the job. */
  readonly job: string;
  readonly jobId: string;
  readonly version: number;
  /** Name of the host as the centre knows it, else its own. */
  readonly host: string;
  /** Says what would happen and changes nothing. */
  readonly isDryRun: boolean;
  readonly nowMs: number;
  /** The agent's own folder, which no action may touch. */
  readonly agentRoot: string;
  /** What the host's owner allows; the agent has judged the definition by it already, this is for where paths really lead. */
  readonly policy: HostPolicy;
  /** Folder in which a job's runs leave word for the next one. */
  readonly memory: string;
  /** File with certificates (PEM) that the agent trusts besides the known ones. */
  readonly ca: string | undefined;
  /** Of the run: `CARILLON_RUN_ID`, `CARILLON_SCHEDULED_FOR`, `CARILLON_ATTEMPT` among others. */
  readonly env: NodeJS.ProcessEnv;
  readonly report: ActionReport;
  /** Of a simulated host: what a path of this machine is called there, as on Windows. Absent on real hosts. */
  readonly disk?: { shown(path: string): string };
}

/** Numbers of the last line, `::result {…}`; `problems` is added to them. */
export type ActionResult = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** The definition is not one that this host carries out; exit code 2, and nothing was changed. */
export class WrongDefinition extends Error {}
