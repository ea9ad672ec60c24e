import { COMMON_CODES, type CodeRow, EXIT_CODES, SCHEDULER_CODES, SIGNAL_NAMES } from './result-code-tables.js';

export type ResultCodeKind = 'exit-code' | 'hresult' | 'ntstatus' | 'task-scheduler';

/** A result code with every spelling an operator may meet: Windows tools show the same 32 bits in three ways. */
export interface ResultCode {
  unsigned: number;
  signed: number;
  hex: string;
  kind: ResultCodeKind;
  name?: string;
  text: string;
}

function kindOf(unsigned: number): ResultCodeKind {
  const facility = unsigned >>> 16;
  if (SCHEDULER_CODES.has(unsigned) || facility === 0x8004 || facility === 0x0004) return 'task-scheduler';
  if (facility >= 0xc000 || (facility >= 0x4000 && facility < 0x5000)) return 'ntstatus';
  if (facility >= 0x8000) return 'hresult';
  return 'exit-code';
}

function rowOf(unsigned: number): CodeRow {
  const known = SCHEDULER_CODES.get(unsigned) ?? COMMON_CODES.get(unsigned) ?? EXIT_CODES.get(unsigned);
  if (known) return known;
  if (unsigned > 128 && unsigned <= 128 + 64) {
    const signal = SIGNAL_NAMES.get(unsigned - 128);
    return { text: `The program was ended by signal ${unsigned - 128}${signal ? ` (${signal})` : ''}.` };
  }
  // 0x8007nnnn wraps a Win32 error; naming the inner number lets an operator look it up.
  if (unsigned >>> 16 === 0x8007) return { text: `Windows error ${unsigned & 0xffff}.` };
  const kind = kindOf(unsigned);
  if (kind === 'exit-code') return { text: `The program ended with exit code ${unsigned}.` };
  if (kind === 'ntstatus') return { text: 'The program was ended by the system.' };
  return { text: 'Windows reported an error without a known text.' };
}

/**
 * Names a task or process result. Accepts the signed decimal of schtasks and the unsigned one of PowerShell, events and
 * Node; both give the same answer. The value alone cannot tell a program's own exit code from an error of the
 * scheduler with the same number. Source: MS-TSCH 2.3.15, winerror.h.
 */
export function describeResultCode(code: number): ResultCode {
  const unsigned = code >>> 0;
  const row = rowOf(unsigned);
  return {
    unsigned,
    signed: unsigned | 0,
    hex: `0x${unsigned.toString(16).toUpperCase().padStart(8, '0')}`,
    kind: kindOf(unsigned),
    ...(row.name === undefined ? {} : { name: row.name }),
    text: row.text,
  };
}
