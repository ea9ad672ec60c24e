import { describe, expect, it } from 'vitest';
import { queryOf, readViews, withView } from './saved-views.js';

describe('saved views', () => {
  it.each([null, '', '{', '{}', '[1, null, {"name":""}, {"name":"x"}, {"name":"x","query":1}]'])(
    'that are not sound count as none: %j',
    (kept) => expect(readViews(kept)).toEqual([]),
  );

  it('are read, replaced by name and sorted', () => {
    const views = readViews('[{"name":"b","query":"health=failing","more":1}]');
    expect(withView(views, { name: 'a', query: 'owner=x' })).toEqual([
      { name: 'a', query: 'owner=x' },
      { name: 'b', query: 'health=failing' },
    ]);
    expect(withView(views, { name: 'b', query: '' })).toEqual([{ name: 'b', query: '' }]);
  });

  it('are no more than fifty', () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ name: `v${index}`, query: '' }));
    expect(readViews(JSON.stringify(many))).toHaveLength(50);
    expect(withView(many, { name: 'new', query: '' })).toContainEqual({ name: 'new', query: '' });
  });

  it('have one query for one filter', () => {
    expect(queryOf({ b: 'x y', a: undefined, c: true })).toBe(queryOf({ c: true, b: 'x y' }));
    expect(queryOf({})).toBe('');
  });
});
