import { describe, expect, it } from 'vitest';
import { cardOf, firstSteps, ownSteps, ownTrials, stepKeys } from './first-steps.js';

const nothing = { hosts: 0, jobs: 0, runs: 0, channels: 0, tested: 0, policies: 0, people: 0 };
const stepsWith = (made: Partial<typeof nothing>) => firstSteps(stepKeys, { ...nothing, ...made });
const nextOf = (made: Partial<typeof nothing>) => stepsWith(made).find(({ isNext }) => isNext)?.key;
const ticked = (made: Partial<typeof nothing>) =>
  stepsWith(made)
    .filter(({ isDone }) => isDone)
    .map(({ key }) => key);

describe('first steps', () => {
  it('lead from the host to a second person, whatever was done out of turn', () => {
    expect(nextOf({})).toBe('host');
    expect(nextOf({ hosts: 1, channels: 2 })).toBe('job');
    expect(nextOf({ hosts: 1, jobs: 1, runs: 9, channels: 1, tested: 1, people: 2 })).toBe('policy');
    expect(nextOf({ hosts: 1, jobs: 1, runs: 1, channels: 1, tested: 1, policies: 1, people: 1 })).toBeUndefined();
  });

  it('are ticked by what is there', () => {
    expect(ticked({})).toEqual([]);
    expect(ticked({ hosts: 1, policies: 3 })).toEqual(['host', 'policy']);
    expect(ticked({ jobs: 1, runs: 1, people: 1 })).toEqual(['job', 'run', 'person']);
  });

  it('a channel counts when something has arrived through it, not when it is written down', () => {
    const channel = (made: Partial<typeof nothing>) => stepsWith(made).find(({ key }) => key === 'channel');
    expect(channel({ channels: 1 })).toMatchObject({ isDone: false, isHalf: true });
    expect(channel({ channels: 1, tested: 1 })).toMatchObject({ isDone: true, isHalf: false });
    expect(channel({})).toMatchObject({ isDone: false, isHalf: false });
  });

  it('are those that somebody may do', () => {
    expect(ownSteps(['admin@all'])).toEqual(stepKeys);
    expect(ownSteps(undefined)).toEqual(stepKeys);
    expect(ownSteps(['editor@all'])).toEqual(['job', 'run', 'channel', 'policy']);
    expect(ownSteps(['editor@team:data', 'viewer@all'])).toEqual(['job', 'run']);
    expect(ownSteps(['viewer@all'])).toEqual([]);
  });
});

describe('the card', () => {
  const asked = { fate: null, isDemo: false, isWanted: false, keys: stepKeys } as const;
  it('stands until it is hidden or done, or until somebody asks for it again', () => {
    expect(cardOf(asked)).toBe('steps');
    expect(cardOf({ ...asked, fate: 'hidden' })).toBeNull();
    expect(cardOf({ ...asked, fate: 'done' })).toBeNull();
    expect(cardOf({ ...asked, fate: 'done', isWanted: true })).toBe('steps');
  });

  it('offers to try in a demo what would not be refused', () => {
    expect(ownTrials(['admin@all'])).toEqual(['incident', 'missed', 'job', 'adopt']);
    expect(ownTrials(['operator@all'])).toEqual(['incident', 'missed']);
    expect(ownTrials(['viewer@all'])).toEqual(['missed']);
  });

  it('is another one in a demo, and none for who may do nothing', () => {
    expect(cardOf({ ...asked, isDemo: true, keys: [] })).toBe('demo');
    expect(cardOf({ ...asked, keys: [], isWanted: true })).toBeNull();
  });
});
