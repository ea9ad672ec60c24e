import { liveTopics, mostHostsOfChange } from '@carillon/core/live/changes';
import { describe, expect, it } from 'vitest';
import { liveMessage } from './live-messages.js';
import { readLiveMessage } from './read-live-message.js';

const id = '0195f6e2-1c5a-7c3e-8f00-1234567890ab';
const change = { topic: 'runs', hostIds: [id] };
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);

describe('a message of the live socket', () => {
  it.each([
    { changed: [] },
    { changed: [change] },
    { changed: [{ topic: 'jobs', hostIds: null }] },
    { changed: liveTopics.map((topic) => ({ topic, hostIds: times(mostHostsOfChange, id) })) },
    { changed: [{ ...change, ofANewerServer: 1 }], ofANewerServer: 1 },
  ])('is read as its schema reads it: %j', (message) => {
    expect(readLiveMessage(JSON.stringify(message))).toEqual(liveMessage.parse(message));
  });

  it.each([
    null,
    [],
    {},
    { changed: null },
    { changed: [null] },
    { changed: [{ topic: 'weather', hostIds: null }] },
    { changed: [{ topic: 'runs' }] },
    { changed: [{ topic: 'runs', hostIds: ['srv-01'] }] },
    { changed: [{ topic: 'runs', hostIds: times(mostHostsOfChange + 1, id) }] },
    { changed: times(liveTopics.length + 1, change) },
  ])('is none where its schema would refuse it: %j', (message) => {
    expect(liveMessage.safeParse(message).success).toBe(false);
    expect(readLiveMessage(JSON.stringify(message))).toBeNull();
  });

  it('is none where it is no JSON', () => expect(readLiveMessage('{"changed":')).toBeNull());
});
