import { describe, expect, it } from 'vitest';
import { isAtLeast, readLogRecord } from './log-line.js';

describe('a structured line', () => {
  it('is read by the names of the guide', () => {
    const line =
      '{"time":"2026-11-28T02:00:00Z","level":"ERROR","message":"no route","service":"etl","trace_id":"abc","error":{"code":5},"rows":12,"left":null}';
    expect(readLogRecord(` ${line}\r`)).toEqual({
      level: 'error',
      message: 'no route',
      at: '2026-11-28T02:00:00Z',
      service: 'etl',
      traceId: 'abc',
      error: '{"code":5}',
      more: [
        ['rows', '12'],
        ['left', ''],
      ],
    });
  });

  it.each([
    ['{"level":30,"time":1764290000000,"msg":"pino"}', { level: 'info', message: 'pino', at: '1764290000000' }],
    ['{"severity":"WARNING","message":"x"}', { level: 'warn' }],
    ['{"@t":"2026","@m":"serilog","@l":"Information"}', { level: 'info', message: 'serilog', at: '2026' }],
    ['{"level":"error","error":"refused"}', { message: 'refused' }],
    ['{"level":"info"}', { message: '' }],
  ])('of other libraries too: %s', (line, expected) => expect(readLogRecord(line)).toMatchObject(expected));

  it.each([
    '',
    'info: x',
    '{"message":"no level"}',
    '{"level":"loud"}',
    '{"level":"info"',
    '[{"level":"info"}]',
    '{"level":{}}',
  ])('is none: %s', (line) => expect(readLogRecord(line)).toBeNull());

  it('has a level that is at least another', () => {
    expect([isAtLeast('error', 'warn'), isAtLeast('warn', 'warn'), isAtLeast('info', 'warn')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
