import { describe, expect, it } from 'vitest';
import { findInOutput, readLogLine } from './find-in-output.js';
import { compilePattern } from './pattern.js';

const line = JSON.stringify({
  timestamp: '2026-11-26T10:00:00Z',
  level: 'ERROR',
  service: 'orders',
  trace_id: 'abc',
  message: 'load failed',
  error: 'ORA-01017',
});

describe('output of runs', () => {
  it('is searched line by line', () => {
    const pattern = compilePattern('^ORA-\\d+');
    expect(findInOutput('ok\r\nORA-01017: invalid\nORA-2', { pattern, atLeast: null }).matched).toBe(
      'ORA-01017: invalid',
    );
    expect(findInOutput('fine', { pattern, atLeast: null }).matched).toBeNull();
  });

  it('is read as a structured log, the worst line first', () => {
    const warn = '{"level":"warn","message":"slow"}';
    expect(findInOutput(`${warn}\n${line}`, { pattern: null, atLeast: 'error' }).logged).toMatchObject({
      level: 'error',
      message: 'load failed',
      service: 'orders',
      traceId: 'abc',
      error: 'ORA-01017',
    });
    expect(findInOutput(warn, { pattern: null, atLeast: 'error' }).logged).toBeNull();
  });

  it.each(['{', '{"level":', '[1]', 'null', '{"level":{"a":1}}', '{"level":"constructor"}', '{"message":"x"}'])(
    'takes %s for an ordinary line',
    (text) => expect(readLogLine(text)).toBeNull(),
  );

  it('knows the numbers and names of other loggers', () => {
    expect(readLogLine('{"level":50,"msg":"x"}')).toMatchObject({ level: 'error', message: 'x' });
    expect(readLogLine('{"severity":"CRITICAL","message":"x"}')).toMatchObject({ level: 'fatal' });
  });

  it('does not run away with a pattern that others backtrack in', () => {
    const pattern = compilePattern('^(a+)+$');
    const started = performance.now();
    expect(pattern.found(`${'a'.repeat(5_000)}b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
