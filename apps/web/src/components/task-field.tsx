import { useTaskField } from '../i18n/use-task-field.js';

/** A part of a task as people call it; its name in Task Scheduler's XML on hover. */
export function TaskField({ path }: { path: string }) {
  return <span title={path}>{useTaskField().fieldText(path)}</span>;
}
