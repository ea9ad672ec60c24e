import { describe, expect, it } from 'vitest';
import { itemTexts, parseJsonPath, valueAtPath } from './json-path.js';

const read = (text: string) => parseJsonPath(text);

describe('a path into JSON', () => {
  it.each([
    ['$', []],
    ['$.a.b', ['a', 'b']],
    ['$.items[0].id', ['items', 0, 'id']],
    ['$[-1]', [-1]],
    ["$['a.b']['it\\'s \\\\']", ['a.b', "it's \\"]],
    ['$.名称', ['名称']],
  ])('%s is read', (text, steps) => expect(read(text)).toEqual(steps));

  it.each(['', 'a', '$a', '$.', '$..a', '$[*]', '$[?(@.a)]', '$.a[', "$['a]", '$[1.5]', '$.a b'])(
    '%s is none',
    (text) => expect(read(text)).toBeUndefined(),
  );

  it('leads to a value, or nowhere', () => {
    const value = { status: 'ok', items: [{ id: 1 }, { id: 2 }], empty: null };
    const at = (path: string) => valueAtPath(value, read(path) ?? []);
    expect([at('$.status'), at('$.items[1].id'), at('$.items[-1].id'), at('$.items.length')]).toEqual(['ok', 2, 2, 2]);
    expect(at('$.empty')).toBeNull();
    for (const nowhere of ['$.none', '$.items[2]', '$.items.id', '$.status[0]', '$.empty.a', '$.constructor', '$[0]'])
      expect(at(nowhere)).toBeUndefined();
  });
});

describe('the items of a list', () => {
  it('stay as they are written', () => {
    const text =
      ' { "a\\"]" : [1], "data" : { "list" : [ 12345678901234567890 , {"b":"]}\\\\","a":[[],{}]},"x,y" , -1e400,null ] } } ';
    expect(itemTexts(text, ['data', 'list'])).toEqual([
      '12345678901234567890',
      '{"b":"]}\\\\","a":[[],{}]}',
      '"x,y"',
      '-1e400',
      'null',
    ]);
    expect(itemTexts(text, ['a"]'])).toEqual(['1']);
    expect(itemTexts('[[1,2],[3]]', [-1])).toEqual(['3']);
    expect([itemTexts('[ ]', []), itemTexts('{"a":{ }}', ['a']), itemTexts('{}', ['a'])]).toEqual([
      [],
      undefined,
      undefined,
    ]);
    expect(itemTexts('{"a":[1],"a":[2]}', ['a'])).toEqual(['2']);
  });

  it('are those that JSON.parse gives', () => {
    const items = ['', '\\', '"', '[{', { 'a:b': [1, { c: ' , ' }] }, [[]], 0.5, true, null];
    for (const space of [0, 2])
      expect(
        itemTexts(JSON.stringify({ x: { y: items } }, null, space), ['x', 'y'])?.map((item) => JSON.parse(item)),
      ).toEqual(items);
  });
});
