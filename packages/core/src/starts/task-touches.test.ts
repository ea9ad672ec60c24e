import { taskEventIds as ids, type TaskEvent } from '@carillon/wintask/history/task-event';
import { describe, expect, it } from 'vitest';
import { readTouches, type TaskTouches, touchBehind } from './task-touches.js';

const path = '\\carillon\\etl';
const base = Date.parse('2026-11-26T02:00:00Z');
const event = (id: number, minute: number, UserName = 'CORP\\anna', TaskName = '\\Carillon\\ETL'): TaskEvent => ({
  recordId: minute,
  id,
  at: new Date(base + minute * 60_000).toISOString(),
  data: { TaskName, UserName },
});
const facts = (ownMinutes: number[] = []) => ({
  isOurs: (each: string) => each === path,
  isOwn: (_: string, atMs: number) => ownMinutes.includes((atMs - base) / 60_000),
});
const read = (events: TaskEvent[], ownMinutes: number[] = [], before: TaskTouches = {}) =>
  readTouches(before, events, facts(ownMinutes));

describe('who touched a task', () => {
  it('is told by the last record that fits what was found', () => {
    const touches = read([
      event(ids.updated, 1, 'CORP\\bob'),
      event(ids.disabled, 2),
      event(ids.deleted, 3, 'CORP\\carl'),
    ]);
    const who = (found: 'deleted' | 'disabled' | 'edited' | 'unreadable') =>
      touchBehind(touches, '\\Carillon\\ETL', found);
    expect(who('deleted')).toMatchObject({ account: 'CORP\\carl', atMs: base + 180_000 });
    expect(who('disabled')).toMatchObject({ account: 'CORP\\anna' });
    expect(who('edited')).toMatchObject({ account: 'CORP\\anna' });
    expect(who('unreadable')).toBeNull();
  });

  it('is not the agent: what it wrote afterwards makes older touches history', () => {
    const touches = read([event(ids.updated, 1), event(ids.updated, 2, 'SYSTEM')], [2]);
    expect(touchBehind(touches, path, 'edited')).toBeNull();
    const again = read([event(ids.updated, 3, 'CORP\\bob')], [], touches);
    expect(touchBehind(again, path, 'edited')).toMatchObject({ account: 'CORP\\bob' });
  });

  it('is remembered for our tasks, and not for ever', () => {
    const many = Array.from({ length: 30 }, (_, minute) => event(ids.updated, minute));
    const touches = read([...many, event(ids.updated, 1, 'x', '\\Other'), event(ids.started, 40)]);
    expect(touches[path]).toHaveLength(10);
    expect(Object.keys(touches)).toEqual([path]);
    expect(readTouches(touches, [], { ...facts(), isOurs: () => false })).toEqual({});
  });
});
