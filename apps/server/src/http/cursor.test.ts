import { describe, expect, it } from 'vitest';
import { makeCursor, pageOfRows, readCursor, readUuidCursor } from './cursor.js';

const id = '01890000-0000-7000-8000-000000000001';

describe('cursors', () => {
  it('come back as they went', () => {
    expect(readCursor(makeCursor('büro host'))).toBe('büro host');
    expect(readUuidCursor(makeCursor(id))).toBe(id);
    expect(readCursor(undefined)).toBeNull();
  });

  it.each(['', 'x', '!!!', Buffer.from('v1:a\0').toString('base64url'), `${makeCursor('a')}=`])(
    'refuses %j by name',
    (cursor) => {
      expect(() => readCursor(cursor)).toThrow('cursor: expected the `next` of an earlier page');
    },
  );

  it('refuses the cursor of another list', () => {
    expect(() => readUuidCursor(makeCursor('db-01'))).toThrow('cursor: expected');
  });
});

describe('a page', () => {
  const keyOf = (row: string) => row;

  it('shows at most the limit and says where to go on', () => {
    const page = pageOfRows(['a', 'b', 'c'], 2, keyOf, (row) => row.toUpperCase());
    expect(page.items).toEqual(['A', 'B']);
    expect(readCursor(page.next ?? undefined)).toBe('b');
  });

  it('ends with null, also when it is exactly full', () => {
    expect(pageOfRows(['a', 'b'], 2, keyOf, keyOf).next).toBeNull();
    expect(pageOfRows([], 2, keyOf, keyOf)).toEqual({ items: [], next: null });
  });
});
