import { describe, expect, it } from 'vitest';
import { tour as en } from '../../i18n/en/tour.js';
import { tour as zh } from '../../i18n/zh/tour.js';
import { planTour, type TourFacts, tourSubjects } from './tour-steps.js';

const everything: TourFacts = {
  ...{ hosts: 30, jobs: 40, job: '夜间 备份', run: '019-a', incident: 7, isNarrow: false },
  may: { enrol: true, write: true, handle: true },
};
const subjects = (facts: Partial<TourFacts>) => planTour({ ...everything, ...facts }).map(({ subject }) => subject);
const reader = { enrol: false, write: false, handle: false };
const nothing = { hosts: 0, jobs: 0, job: null, run: null, incident: null };

describe('the walk', () => {
  it('goes from what needs a person to how everything is found again', () => {
    expect(subjects({})).toEqual(['now', 'hosts', 'jobs', 'why', 'run', 'incident', 'find']);
    expect(planTour(everything).map(({ place }) => place)).toEqual([
      { to: '/' },
      { to: '/hosts' },
      { to: '/jobs' },
      { to: '/jobs/$name', params: { name: '夜间 备份' } },
      { to: '/runs/$id', params: { id: '019-a' } },
      { to: '/incidents/$number', params: { number: '7' } },
      null,
    ]);
  });

  it('speaks of what comes first in a product that is empty', () => {
    expect(subjects(nothing)).toEqual(['now', 'hosts.none', 'jobs.none', 'incident.none', 'find']);
  });

  it('shows a reader nothing to press', () => {
    expect(subjects({ may: reader })).toEqual(['now', 'hosts', 'jobs', 'why', 'run', 'incident.reader', 'find']);
    expect(subjects({ ...nothing, may: reader })).toEqual(['now', 'incident.none', 'find']);
  });

  it('says on a phone where the pages are, and speaks of no keys', () => {
    const narrow = subjects({ isNarrow: true });
    expect([narrow.at(0), narrow.at(-1)]).toEqual(['now.narrow', 'find.narrow']);
  });

  it('leaves out a job that runs nowhere yet', () => {
    expect(subjects({ run: null, incident: null })).toEqual(['now', 'hosts', 'jobs', 'why', 'incident.none', 'find']);
  });

  it.each([
    ['English', en],
    ['Chinese', zh],
  ])('has something to say in %s at each place, and no more than is read', (_, words: Record<string, string>) => {
    for (const subject of tourSubjects) {
      expect(words[`tour.${subject}.title`]?.length).toBeLessThan(40);
      expect(words[`tour.${subject}.text`]?.length).toBeLessThan(220);
    }
  });

  it('names a place to look at in each step', () => {
    for (const { anchors } of planTour(everything)) expect(anchors.length).toBeGreaterThan(0);
  });
});
