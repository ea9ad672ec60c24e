import { liveTopics, mostHostsOfChange } from '@carillon/core/live/changes';
import { isRecord, isText } from '../by-hand.js';
import type { LiveMessage } from './live-messages.js';

type Changed = LiveMessage['changed'];

/**
 * What the server said on the live socket, or null where it is no such message. By hand, for pages: `liveMessage`, of the
 * same shape, would make them load the library.
 */
export function readLiveMessage(text: string): LiveMessage | null {
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return null;
  }
  const changed = isRecord(payload) ? payload.changed : undefined;
  if (!Array.isArray(changed) || changed.length > liveTopics.length || !changed.every(isChange)) return null;
  return { changed: changed.map(({ topic, hostIds }) => ({ topic, hostIds })) };
}

function isChange(value: unknown): value is Changed[number] {
  if (!isRecord(value) || !(liveTopics as readonly unknown[]).includes(value.topic)) return false;
  const { hostIds } = value;
  return hostIds === null || (Array.isArray(hostIds) && hostIds.length <= mostHostsOfChange && hostIds.every(isId));
}

const isId = (value: unknown) => isText(value) && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
