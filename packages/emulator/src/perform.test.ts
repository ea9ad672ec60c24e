import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { perform } from './perform.js';
import { takeRequests } from './requests.js';

let store: string;

const task = (change: Partial<TaskDefinition> = {}): TaskDefinition => ({
  triggers: [],
  principals: [],
  settings: {},
  actions: [{ kind: 'exec', command: 'a' }],
  ...change,
});

function file(name: string, content: TaskDefinition | string): string {
  const path = join(store, name);
  writeFileSync(path, typeof content === 'string' ? content : encodeTaskXml(writeTaskXml(content)));
  return path;
}

/** A call written as on a command line; `{name}` is a file of the store. */
const call = (line: string) =>
  perform(
    store,
    (line.match(/"[^"]*"|\S+/g) ?? []).map((word) =>
      word.replace(/"/g, '').replace(/^\{(.*)\}$/, (_, name) => join(store, name)),
    ),
    'UTC',
  );

beforeEach(async () => {
  store = mkdtempSync(join(tmpdir(), 'emulator-'));
  file('a.xml', task());
  file('off.xml', task({ settings: { enabled: false } }));
  file('never.xml', task({ settings: { allowStartOnDemand: false } }));
  file('expiring.xml', task({ settings: { deleteExpiredTaskAfter: 'PT0S' } }));
  file('broken.xml', '<Task><Actions>');
  for (const name of ['a', 'off', 'never']) await call(`/create /tn \\C\\${name} /xml {${name}.xml}`);
});
afterEach(() => rmSync(store, { recursive: true, force: true }));

describe('every verb', () => {
  // Exit codes: task-scheduler facts, "Exit codes and messages". 5 is the lowest byte of 0x80004005.
  it.each([
    ['/create /tn \\C\\new /xml {a.xml}', 0, /^SUCCESS.*"\\C\\new".*created/],
    ['/create /tn new /xml {a.xml}', 0, /^SUCCESS/],
    ['/create /tn \\C\\a /xml {a.xml}', 1, /already exists/],
    ['/create /tn \\c\\A /xml {a.xml}', 1, /already exists/],
    ['/create /tn \\C\\a /xml {a.xml} /f', 0, /^SUCCESS/],
    ['/create /tn \\C\\new /xml {none.xml}', 1, /cannot find the file/],
    ['/create /tn \\C\\new /xml {broken.xml}', 1, /malformed/],
    ['/create /tn \\C\\new /xml {expiring.xml}', 1, /missing a required element[\s\S]*EndBoundary/],
    ['/create /tn \\C\\ne:w /xml {a.xml}', 1, /syntax is incorrect/],
    ['/create /xml {a.xml}', 5, /Mandatory option '\/TN'/],
    ['/create /tn \\C\\new', 5, /\/XML is missing/],
    ['/create /tn', 5, /Value expected for '\/tn'/],
    ['/create /tn x /tn y', 5, /not allowed more than '1'/],
    ['/create /tn x /colour red', 5, /Invalid argument/],

    ['/query', 0, /\\C\\|off/],
    ['', 0, /off/],
    ['/query /tn \\C\\a', 0, /a/],
    ['/query /tn \\C\\', 0, /never/],
    ['/query /tn \\C\\none', 1, /cannot find the file/],
    ['/query /tn \\C\\a /xml', 0, /^<\?xml/],
    ['/query /xml ONE', 0, /<Tasks>/],
    ['/query /xml two', 5, /Invalid argument/],
    ['/query /xml /fo CSV', 5, /not allowed with '\/XML'/],
    ['/query /fo JSON', 5, /'JSON' value is not allowed/],
    ['/query /fo LIST /nh', 5, /allowed only for/],
    ['/query /fo CSV /nh', 0, /^"\\C\\a","N\/A","Ready"/],
    ['/query /fo CSV /v /tn \\C\\off', 0, /"Disabled"/],

    ['/run /tn \\C\\a', 0, /^SUCCESS: Attempted to run/],
    ['/run /i /tn \\c\\A', 0, /^SUCCESS/],
    ['/run /tn \\C\\off', 1, /disabled/],
    ['/run /tn \\C\\never', 1, /on demand/],
    ['/run /tn \\C\\none', 1, /"\\C\\none" does not exist/],
    ['/run', 5, /Mandatory option '\/TN'/],

    ['/end /tn \\C\\a', 0, /^SUCCESS.*terminated/],
    ['/end /tn \\C\\none', 1, /does not exist/],
    ['/end', 5, /Mandatory option '\/TN'/],

    ['/change /tn \\C\\a /disable', 0, /^SUCCESS.*changed/],
    ['/change /tn \\C\\none /disable', 1, /does not exist/],
    ['/change /tn \\C\\a', 5, /Use either/],
    ['/change /tn \\C\\a /enable /disable', 5, /Use either/],
    ['/change /enable', 5, /Mandatory option '\/TN'/],

    ['/delete /tn \\C\\a /f', 0, /^SUCCESS.*deleted/],
    ['/delete /tn \\C\\none /f', 1, /does not exist/],
    ['/delete /tn \\C\\a', 5, /confirmation/],
    ['/delete /f', 5, /Mandatory option '\/TN'/],

    ['/showsid /tn \\C\\a', 5, /Invalid argument/],
    ['create', 5, /Invalid argument/],
  ])('%s ends with %i', async (line, exit, text) => {
    const outcome = await call(line);
    expect(outcome.exit, outcome.error ?? outcome.out).toBe(exit);
    expect(exit === 0 ? outcome.out : outcome.error).toMatch(text);
    expect(exit === 0 ? outcome.error : outcome.out).toBeUndefined();
    if (exit !== 0) expect(outcome.error).toMatch(/^ERROR: /);
  });
});

it('leaves nothing behind when it refuses', async () => {
  const before = (await call('/query /xml ONE')).out;
  for (const line of [
    '/create /tn \\C\\a /xml {broken.xml} /f',
    '/create /tn \\C\\a /xml {off.xml}',
    '/delete /tn \\C\\a',
    '/change /tn \\C\\a /enable /disable',
    '/run /tn \\C\\off',
  ])
    expect((await call(line)).exit).not.toBe(0);
  expect((await call('/query /xml ONE')).out).toBe(before);
  expect([...takeRequests(store, 60_000, Date.now())]).toEqual([]);
});
