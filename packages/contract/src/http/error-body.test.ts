import { describe, expect, it } from 'vitest';
import { apiErrorSchema } from './error.js';
import { readErrorBody } from './error-body.js';

const problem = { path: 'name', code: 'wrong_value', expected: 'a name', got: '""', message: 'name: expected a name' };
const body = (params: unknown) => ({ code: 'invalid', params, message: 'no' });

const ours = [
  body({}),
  body({ limit: 7, other: null }),
  body({ problems: [] }),
  body({ problems: [problem, { ...problem, document: 2, expects: { code: 'range', figures: { min: 1, max: 'x' } } }] }),
  body({ problems: [{ ...problem, expects: { code: 'range' } }] }),
  body({ says: { code: 'run_ended', figures: { state: 'failed' } } }),
  body({ says: { code: 'gone' } }),
  { ...body({}), ofANewerServer: true },
];
const others = [
  undefined,
  null,
  'Bad Gateway',
  [],
  {},
  { code: 'invalid', message: 'no' },
  { ...body({}), code: 'of_a_newer_server' },
  { ...body({}), message: 7 },
  body([]),
  body(null),
  body({ problems: 'many' }),
  body({ problems: [{ ...problem, path: undefined }] }),
  body({ problems: [{ ...problem, document: '2' }] }),
  body({ problems: [{ ...problem, expects: { figures: {} } }] }),
  body({ problems: [{ ...problem, expects: { code: 'range', figures: { min: null } } }] }),
  body({ says: 'gone' }),
  body({ says: { code: 'gone', figures: { at: 7 } } }),
  body({ says: { code: 'gone', figures: [] } }),
];

describe('the body of an error', () => {
  it.each(ours)('is read as its schema reads it: %j', (payload) => {
    expect(apiErrorSchema.safeParse(payload).success).toBe(true);
    expect(readErrorBody(400, payload)).toEqual(payload);
  });

  it.each(others)('is made of the status where its schema would refuse it: %j', (payload) => {
    expect(apiErrorSchema.safeParse(payload).success).toBe(false);
    expect(readErrorBody(500, payload)).toMatchObject({ code: 'internal', params: { status: 500 } });
  });

  it('says that nothing is there to answer where something in between says so', () => {
    for (const status of [502, 503, 504]) expect(readErrorBody(status, undefined).code).toBe('unavailable');
  });
});
