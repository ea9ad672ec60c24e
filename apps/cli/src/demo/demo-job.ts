import type { PlayFailure, PlayScript } from '@carillon/contract/fleet/demo-messages';

/** A job of the demo: its file, the policies it names once they are there, and how it goes. */
export interface DemoJob {
  readonly file: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly alerts: readonly string[];
  readonly play: PlayScript;
}

interface Parts {
  readonly about: string;
  readonly owner: string;
  readonly for: Readonly<Record<string, unknown>>;
  readonly when: unknown;
  readonly run: unknown;
  /** Seconds, shortest and longest. */
  readonly takes: readonly [number, number];
  readonly says?: readonly string[];
  readonly fails?: readonly PlayFailure[];
  readonly alerts?: readonly string[];
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A job of the demo as its parts say. */
export function job(name: string, parts: Parts): DemoJob {
  const { about, owner, for: targets, when: schedule, run, takes, says = [], fails = [], alerts = [], more } = parts;
  return {
    file: { kind: 'Job', name, description: about, owner, targets, schedule, run, ...more },
    alerts,
    play: { shortestMs: takes[0] * 1_000, longestMs: takes[1] * 1_000, says, failures: fails },
  };
}

export const labels = (of: Record<string, string>) => ({ labels: of });
export const some = (hosts: readonly string[]) => ({ hosts: [...hosts] });
export const script = (name: string, ...more: string[]) => ({
  program: 'powershell.exe',
  arguments: ['-File', `D:\\Scripts\\${name}`, ...more],
});

/** One run in `1 / rate` goes wrong, anywhere. */
export const now = (rate: number, exitCode: number | null, ...says: string[]): PlayFailure => ({
  ...{ hosts: null, rate, exitCode, says, sinceHours: null, untilHours: null },
});
/** Goes wrong on these hosts since so many hours before the demo began. */
export const since = (
  hours: number,
  hosts: readonly string[],
  exitCode: number | null,
  ...says: string[]
): PlayFailure => ({
  ...{ hosts, rate: 1, exitCode, says, sinceHours: hours, untilHours: null },
});

/** Hosts that have a part in the stories, which a small fleet has too. */
export const cast = {
  payment: 'berlin-app-01',
  erp: 'berlin-erp-01',
  backups: ['shanghai-db-01', 'shanghai-db-02', 'shanghai-db-03', 'shenzhen-db-01'],
  share: 'munich-file-01',
  drift: 'hamburg-web-01',
  report: 'london-app-01',
} as const;
