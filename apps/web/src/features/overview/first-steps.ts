/** From a new installation to one that tells somebody what fails. */
export const stepKeys = ['host', 'job', 'run', 'channel', 'policy'] as const;
export type StepKey = (typeof stepKeys)[number];

/** How many there are of what each step makes. */
export type Made = Readonly<Record<StepKey, number>>;

/** Who has more jobs than this knows the way. */
const newcomerJobs = 3;

/** What is to be done next; null: everything is there. */
export function nextStep(made: Made): StepKey | null {
  return stepKeys.find((key) => made[key] === 0) ?? null;
}

/** Whether the first page tells the steps without being asked. */
export function isNewcomer(jobs: number, isHidden: boolean): boolean {
  return !isHidden && jobs <= newcomerJobs;
}
