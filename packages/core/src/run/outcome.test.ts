import { describe, expect, it } from 'vitest';
import { judgeRun } from './outcome.js';
import { decodeOutput, detectEncoding } from './output-text.js';

const rules = { success: [{ from: 0, to: 0 }], warning: [{ from: 1, to: 7 }] };

describe('the outcome of a run', () => {
  it.each([
    [{ kind: 'exited', exitCode: 0 }, 'succeeded', null, 0],
    [{ kind: 'exited', exitCode: 3 }, 'warning', 'exit_code', 3],
    [{ kind: 'exited', exitCode: 8 }, 'failed', 'exit_code', 8],
    [{ kind: 'exited', exitCode: -1073741510 }, 'failed', 'exit_code', 0xc000013a],
    [{ kind: 'timed-out', exitCode: null }, 'timed_out', 'timeout', null],
    [{ kind: 'stopped', by: 'command', exitCode: 1 }, 'killed', 'stopped_by_command', 1],
    [{ kind: 'stopped', by: 'replacement', exitCode: 143 }, 'killed', 'stopped_by_replacement', 143],
    [{ kind: 'stopped', by: 'host', exitCode: 143 }, 'killed', 'stopped_by_host', 143],
    [{ kind: 'not-started', exitCode: 127, reason: 'program_not_found' }, 'failed', 'program_not_found', 127],
  ] as const)('%j is %s', (end, state, reason, exitCode) => {
    expect(judgeRun(end, rules)).toEqual({ state, reason, exitCode });
  });
});

describe('output', () => {
  const gbk = Buffer.from('b1b8b7ddcdeab3c9', 'hex'); // 备份完成

  it('is read as UTF-8 when it is UTF-8, even cut in a character', () => {
    const bytes = Buffer.from('备份完成');
    expect(detectEncoding(bytes)).toBe('utf-8');
    expect(detectEncoding(bytes.subarray(0, 10))).toBe('utf-8');
    expect(detectEncoding(Buffer.from('plain'))).toBe('utf-8');
  });

  it('is read as GBK, UTF-16 or the host code page when the bytes say so', () => {
    expect(detectEncoding(gbk)).toBe('gbk');
    expect(decodeOutput(gbk, 'gbk')).toBe('备份完成');
    expect(detectEncoding(Buffer.from('\ufeffhello', 'utf16le'))).toBe('utf-16le');
    expect(detectEncoding(Buffer.from('hello world', 'utf16le'))).toBe('utf-16le');
    expect(detectEncoding(Buffer.from('caf\xe9 au lait', 'latin1'))).toBe('windows-1252');
    expect(detectEncoding(Buffer.from('caf\xe9 au lait', 'latin1'), 'ibm866')).toBe('ibm866');
  });
});
