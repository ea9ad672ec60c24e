/** What a walk depends on. */
export interface TourFacts {
  readonly hosts: number;
  readonly jobs: number;
  /** One to be shown; null: there is none that the reader may see. */
  readonly job: string | null;
  readonly run: string | null;
  readonly incident: number | null;
  readonly may: {
    readonly enrol: boolean;
    readonly write: boolean;
    readonly handle: boolean;
  };
  /** The menu is behind a button, and there is no keyboard. */
  readonly isNarrow: boolean;
}

/** A page of the dashboard, as the router takes it. */
export type TourPlace =
  | { readonly to: '/' | '/hosts' | '/jobs' | '/incidents' }
  | { readonly to: '/jobs/$name'; readonly params: { readonly name: string } }
  | { readonly to: '/runs/$id'; readonly params: { readonly id: string } }
  | { readonly to: '/incidents/$number'; readonly params: { readonly number: string } };

/** Under which words of `tour.…` a step speaks. */
export const tourSubjects = [
  ...(['now', 'now.narrow', 'hosts', 'hosts.none', 'jobs', 'jobs.none', 'why', 'run'] as const),
  ...(['incident', 'incident.reader', 'incident.none', 'find', 'find.narrow'] as const),
] as const;
export type TourSubject = (typeof tourSubjects)[number];

export interface TourStep {
  readonly subject: TourSubject;
  /** null: wherever the reader is. */
  readonly place: TourPlace | null;
  /** What it speaks of, as a selector; of several the first that is there. */
  readonly anchors: readonly string[];
}

const marked = (name: string) => `[data-tour="${name}"]`;
const firstRow = 'main tbody tr:not([aria-hidden])';

/**
 * The walk for this reader in this product: what a person looks at first, then why things are as they are, then what is done
 * about it. What is not there, or would be refused, is told in other words or left out.
 * @returns 3 to 7 steps
 */
export function planTour(facts: TourFacts): TourStep[] {
  return [nowStep(facts), hostsStep(facts), jobsStep(facts), whyStep(facts), runStep(facts), incidentStep(facts)]
    .concat(findStep(facts))
    .filter((step) => step !== null);
}

function nowStep({ isNarrow }: TourFacts): TourStep {
  return { subject: isNarrow ? 'now.narrow' : 'now', place: { to: '/' }, anchors: [marked('attention')] };
}

function hostsStep({ hosts, may }: TourFacts): TourStep | null {
  if (hosts > 0) return { subject: 'hosts', place: { to: '/hosts' }, anchors: [firstRow] };
  return may.enrol ? { subject: 'hosts.none', place: { to: '/hosts' }, anchors: [marked('add-host')] } : null;
}

function jobsStep({ jobs, may, isNarrow }: TourFacts): TourStep | null {
  // A phone shows a part of a row: that with the bars.
  const anchors = isNarrow ? ['main tbody [data-row] svg[role=img]', firstRow] : [firstRow];
  if (jobs > 0) return { subject: 'jobs', place: { to: '/jobs' }, anchors };
  return may.write ? { subject: 'jobs.none', place: { to: '/jobs' }, anchors: [marked('new-job')] } : null;
}

function whyStep({ job }: TourFacts): TourStep | null {
  return job === null
    ? null
    : { subject: 'why', place: { to: '/jobs/$name', params: { name: job } }, anchors: [marked('why')] };
}

function runStep({ run }: TourFacts): TourStep | null {
  return run === null
    ? null
    : { subject: 'run', place: { to: '/runs/$id', params: { id: run } }, anchors: [marked('output')] };
}

function incidentStep({ incident, may }: TourFacts): TourStep {
  if (incident === null)
    return { subject: 'incident.none', place: { to: '/incidents' }, anchors: [firstRow, marked('empty')] };
  const place = { to: '/incidents/$number', params: { number: String(incident) } } as const;
  return may.handle
    ? { subject: 'incident', place, anchors: [marked('incident-acts')] }
    : { subject: 'incident.reader', place, anchors: [marked('spread')] };
}

function findStep({ isNarrow }: TourFacts): TourStep {
  return { subject: isNarrow ? 'find.narrow' : 'find', place: null, anchors: [marked('find')] };
}
