import { api } from '@carillon/contract/http/api';
import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.js';
import { readInput } from './read-input.js';

const parts = { params: {}, query: {}, body: undefined };

function problemsOf(work: () => unknown): { path: string; code: string; message: string }[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ApiError) return error.params.problems as never;
    throw error;
  }
  return [];
}

describe('reading a request', () => {
  it('flattens parameters and query, converts them, and fills in defaults', () => {
    const input = readInput(api.hosts.assignments, { ...parts, params: { name: 'a' }, query: { limit: '5' } });
    expect(input).toEqual({ name: 'a', limit: 5 });
    expect(readInput(api.hosts.list, parts)).toEqual({ limit: 50 });
  });

  it('puts the body beside them', () => {
    const input = readInput(api.jobs.run, { ...parts, params: { name: 'a' }, body: { hosts: ['x'] } });
    expect(input).toEqual({ name: 'a', body: { hosts: ['x'] } });
    expect(readInput(api.jobs.run, { ...parts, params: { name: 'a' } })).toEqual({ name: 'a', body: {} });
  });

  it('names every wrong field of every part at once', () => {
    const problems = problemsOf(() =>
      readInput(api.jobs.run, { params: { name: '' }, query: { colour: 'red' }, body: { hosts: 'x', host: 'y' } }),
    );
    expect(problems.map(({ path }) => path)).toEqual(['name', 'colour', 'hosts', 'host']);
    expect(problems.map(({ code }) => code)).toEqual(['too_short', 'unknown_key', 'wrong_type', 'unknown_key']);
  });

  it.each([
    [api.hosts.list, { query: { limit: '0' } }, 'limit: expected at least 1'],
    [api.hosts.list, { query: { limit: '501' } }, 'limit: expected at most 500'],
    [api.hosts.list, { query: { limit: ['1', '2'] } }, 'limit: expected a number'],
    [api.hosts.list, { query: { jbo: 'x' } }, 'jbo: unknown key'],
    [api.runs.get, { params: { id: '7' } }, 'id: expected an uuid value'],
    [api.jobs.apply, { body: [] }, 'body: expected a map'],
    [api.jobs.apply, {}, 'body: missing; expected a map'],
    [api.jobs.apply, { body: { documents: [] } }, 'documents: expected at least 1 items'],
    [api.session.signIn, { body: { ticket: 7 } }, 'body: expected one of the documented forms'],
    [api.hosts.get, { params: { name: 'a\0' } }, 'name: expected text without the character U+0000'],
    [api.jobs.apply, { body: { documents: [{ 'a\0': 1 }] } }, 'documents[0]: expected keys without'],
    [api.hosts.get, { params: { name: 'a\ud800' } }, 'name: expected text without halves of characters, got "a\ufffd"'],
    [api.jobs.apply, { body: { documents: [{ '\udc00': 1 }] } }, 'documents[0]: expected keys without halves'],
  ])('refuses by name (%#)', (route, changes, message) => {
    const [problem] = problemsOf(() => readInput(route, { ...parts, ...changes }));
    expect(problem?.message).toContain(message);
  });

  it('survives a body that is nested without end', () => {
    const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) as unknown;
    const [problem] = problemsOf(() => readInput(api.jobs.apply, { ...parts, body: { documents: deep } }));
    expect(problem?.message).toContain('at most 64 levels');
  });
});
