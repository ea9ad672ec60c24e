import { describe, expect, it } from 'vitest';
import {
  headerOf,
  logSignature,
  type MetricsSample,
  type MetricsSpec,
  rotatedName,
  rotationReason,
  rowOf,
  timeOfRow,
} from './metrics.js';

const sample: MetricsSample = {
  atMs: Date.parse('2026-01-02T03:04:05.006Z'),
  cpuPercent: 12.345,
  memoryPercent: 50,
  disks: [
    { name: 'C:', percent: 80.06 },
    { name: 'X:', percent: null },
  ],
  processes: [{ name: 'sqlservr', count: 2, cpuPercent: 1.26, memoryBytes: 4_096 }],
  services: [{ name: 'W3SVC', state: '=cmd' }],
};

describe('a row', () => {
  it('has a value for each column, and no formula', () => {
    const header =
      'at,cpu_percent,memory_percent,disk C: percent,disk X: percent,process sqlservr count,process sqlservr cpu_percent,process sqlservr memory_bytes,service W3SVC\r\n';
    expect(headerOf('csv', sample)).toBe(header);
    const row = "2026-01-02T03:04:05.006Z,12.3,50,80.1,,2,1.3,4096,'=cmd\r\n";
    expect(rowOf('csv', sample)).toBe(row);
    expect(row.split(',')).toHaveLength(header.split(',').length);
    expect([header.startsWith(logSignature.csv), timeOfRow('csv', row), timeOfRow('csv', header)]).toEqual([
      true,
      sample.atMs,
      undefined,
    ]);
  });

  it('names its values in JSON lines', () => {
    const row = rowOf('jsonl', sample);
    expect(JSON.parse(row)).toEqual({
      at: '2026-01-02T03:04:05.006Z',
      cpuPercent: 12.3,
      memoryPercent: 50,
      disks: [
        { name: 'C:', percent: 80.1 },
        { name: 'X:', percent: null },
      ],
      processes: [{ name: 'sqlservr', count: 2, cpuPercent: 1.3, memoryBytes: 4_096 }],
      services: [{ name: 'W3SVC', state: '=cmd' }],
    });
    expect([headerOf('jsonl', sample), row.startsWith(logSignature.jsonl), timeOfRow('jsonl', row)]).toEqual([
      '',
      true,
      sample.atMs,
    ]);
    expect([timeOfRow('jsonl', '{"at":"soon"}'), timeOfRow('csv', 'x,1')]).toEqual([undefined, undefined]);
  });
});

describe('a log', () => {
  const spec: Pick<MetricsSpec, 'format' | 'keep'> = {
    format: 'csv',
    keep: { files: 3, bytes: 100, rotateAfterMs: 1_000 },
  };
  const log = { bytes: 60, firstLine: 'h\r\n', firstAtMs: 5_000 };
  const next = { header: 'h\r\n', rowBytes: 40, nowMs: 5_999 };

  it('is put aside when it is full, old, or has other columns', () => {
    expect(rotationReason(spec, log, next)).toBeUndefined();
    expect(rotationReason(spec, log, { ...next, rowBytes: 41 })).toBe('size');
    expect(rotationReason(spec, log, { ...next, nowMs: 6_000 })).toBe('age');
    expect(rotationReason(spec, log, { ...next, header: 'h,i\r\n' })).toBe('other_columns');
    expect(rotationReason({ ...spec, format: 'jsonl' }, log, { ...next, header: '' })).toBeUndefined();
  });

  it('stays where it is empty, or the clock went back', () => {
    expect(rotationReason(spec, { ...log, bytes: 0 }, { ...next, rowBytes: 500 })).toBeUndefined();
    expect(rotationReason(spec, log, { ...next, nowMs: 10 })).toBeUndefined();
  });

  it('keeps its ending', () => {
    expect(['metrics.csv', 'a.b.jsonl', 'log', '.log'].map((name) => rotatedName(name, 2))).toEqual([
      'metrics.2.csv',
      'a.b.2.jsonl',
      'log.2',
      '.log.2',
    ]);
  });
});
