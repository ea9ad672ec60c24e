import { describe, expect, it } from 'vitest';
import { describeResultCode } from './result-codes.js';

describe('result codes', () => {
  it.each([
    [0, 'exit-code', undefined, 'Success.'],
    [2, 'exit-code', undefined, /not found/],
    [127, 'exit-code', undefined, /not found/],
    [137, 'exit-code', undefined, /signal 9 \(KILL\)/],
    [75, 'exit-code', undefined, /exit code 75/],
    [267009, 'task-scheduler', 'SCHED_S_TASK_RUNNING', /running/],
    [-2147216609, 'task-scheduler', 'SCHED_E_ALREADY_RUNNING', /already running/],
    [-2147024894, 'hresult', 'ERROR_FILE_NOT_FOUND', /not found/],
    [0x80070057, 'hresult', undefined, /Windows error 87/],
    [0xc000013a, 'ntstatus', 'STATUS_CONTROL_C_EXIT', /Ctrl\+C/],
    [1073807364, 'ntstatus', 'DBG_TERMINATE_PROCESS', /shutdown/],
    [-196608, 'ntstatus', undefined, /-File/],
  ])('%i', (code, kind, name, text) => {
    const found = describeResultCode(code);
    expect(found.kind).toBe(kind);
    expect(found.name).toBe(name);
    expect(found.text).toMatch(text);
  });

  it('shows signed, unsigned and hexadecimal alike', () => {
    const wanted = { unsigned: 2147942402, signed: -2147024894, hex: '0x80070002' };
    expect(describeResultCode(-2147024894)).toMatchObject(wanted);
    expect(describeResultCode(2147942402)).toMatchObject(wanted);
  });
});
