import type { FoundTask } from '@carillon/core/desired/drift';
import type { SchedulerFaultCode } from '@carillon/core/state/assignment-faults';
import type { TaskDefinition } from '@carillon/wintask/task/definition';

/** What Task Scheduler wants to have beside the definition of a task that runs as a named account. */
export type Credential =
  /** A managed account, whose password the domain looks after. */
  | { readonly kind: 'managed'; readonly account: string }
  | { readonly kind: 'password'; readonly account: string; readonly password: string };

/** What the agent asks of a Task Scheduler. Paths are full: `\Carillon\name`. */
export interface TaskScheduler {
  /**
   * Registers or replaces a task, and reads it back.
   * @returns what differs between the wanted task and the one that is now registered; empty when all is well
   * @throws SchedulerError when it was refused
   */
  register(path: string, definition: TaskDefinition, credential?: Credential): Promise<string[]>;
  /** Takes a task away; one that does not exist is no error. */
  remove(path: string): Promise<void>;
  /**
   * Reads a task as it is registered now; one that does not exist is an answer, not an error.
   * @throws SchedulerError when nobody can tell
   */
  find(path: string): Promise<FoundTask>;
  /** The definition of a registered task as text, as exactly as this host can tell it. */
  definitionText(path: string): Promise<string>;
  /** Registers a definition as it stands, such as one of `definitionText`. */
  registerText(path: string, xml: string): Promise<void>;
  /** Switches a task on or off; needs no password. */
  setEnabled(path: string, enabled: boolean): Promise<void>;
  /** Ends the process that the task has started; what that has started itself is left. Nothing running is no error. */
  end(path: string): Promise<void>;
  /** Asks for a start now. Says nothing about whether it started: the runner tells. */
  start(path: string): Promise<void>;
}

/** Task Scheduler said no. `code` is a machine name, the message what it printed. */
export class SchedulerError extends Error {
  constructor(
    readonly code: SchedulerFaultCode,
    message: string,
  ) {
    super(message);
    this.name = 'SchedulerError';
  }
}
