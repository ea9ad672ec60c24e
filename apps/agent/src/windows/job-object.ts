import type { Koffi } from './koffi.js';

/** What the processes of a job object have used together. */
export interface JobObjectUse {
  readonly cpuMs: number;
  /** Most memory that they had committed at one time. */
  readonly peakMemoryBytes: number;
  readonly activeProcesses: number;
}

const killOnClose = 0x2000;
const basicAccounting = 1;
const extendedLimits = 9;
/** Sizes and offsets of the structures as 64-bit Windows lays them out (winnt.h). */
const limitsBytes = 144;
const limitFlagsAt = 16;
const peakJobMemoryAt = 136;
const accountingBytes = 48;
const activeProcessesAt = 40;
/** PROCESS_TERMINATE | PROCESS_SET_QUOTA: what assigning a process asks for. */
const assignRights = 0x0001 | 0x0100;

/**
 * A Windows job object: holds a process and everything it starts from then on, whoever their parents are, so that the whole
 * tree can be ended and measured. The tree ends with its owner, even when that is killed, until `letGo`.
 */
export class JobObject {
  private constructor(
    private readonly api: Kernel32,
    private readonly handle: unknown,
  ) {}

  /** @returns undefined when Windows gives none */
  static create(koffi: Koffi): JobObject | undefined {
    const api = kernel32(koffi);
    const handle = api.CreateJobObjectW(null, null);
    if (!handle) return undefined;
    const job = new JobObject(api, handle);
    job.limit(killOnClose);
    return job;
  }

  /** @returns whether the process is in the job from now on */
  add(pid: number): boolean {
    const child = this.api.OpenProcess(assignRights, 0, pid);
    if (!child) return false;
    const isIn = this.api.AssignProcessToJobObject(this.handle, child) !== 0;
    this.api.CloseHandle(child);
    return isIn;
  }

  terminate(exitCode: number): void {
    this.api.TerminateJobObject(this.handle, exitCode);
  }

  use(): JobObjectUse {
    const accounting = this.query(basicAccounting, accountingBytes);
    const limits = this.query(extendedLimits, limitsBytes);
    // In units of 100 ns.
    const cpu = accounting.readBigUInt64LE(0) + accounting.readBigUInt64LE(8);
    return {
      cpuMs: Math.round(Number(cpu) / 10_000),
      peakMemoryBytes: Number(limits.readBigUInt64LE(peakJobMemoryAt)),
      activeProcesses: accounting.readUInt32LE(activeProcessesAt),
    };
  }

  /** What still runs in it goes on. */
  letGo(): void {
    this.limit(0);
    this.api.CloseHandle(this.handle);
  }

  private limit(flags: number): void {
    const limits = Buffer.alloc(limitsBytes);
    limits.writeUInt32LE(flags, limitFlagsAt);
    this.api.SetInformationJobObject(this.handle, extendedLimits, limits, limits.length);
  }

  private query(kind: number, bytes: number): Buffer {
    const answer = Buffer.alloc(bytes);
    this.api.QueryInformationJobObject(this.handle, kind, answer, bytes, null);
    return answer;
  }
}

type Kernel32 = ReturnType<typeof declare>;
let declared: Kernel32 | undefined;

function kernel32(koffi: Koffi): Kernel32 {
  declared ??= declare(koffi);
  return declared;
}

function declare(koffi: Koffi) {
  const library = koffi.load('kernel32.dll');
  const call = <Result>(prototype: string) => library.func(prototype) as (...values: unknown[]) => Result;
  return {
    CreateJobObjectW: call<unknown>('void *CreateJobObjectW(void *attributes, void *name)'),
    OpenProcess: call<unknown>('void *OpenProcess(uint32_t access, int inherit, uint32_t pid)'),
    AssignProcessToJobObject: call<number>('int AssignProcessToJobObject(void *job, void *process)'),
    TerminateJobObject: call<number>('int TerminateJobObject(void *job, uint32_t code)'),
    SetInformationJobObject: call<number>(
      'int SetInformationJobObject(void *job, int kind, void *data, uint32_t length)',
    ),
    QueryInformationJobObject: call<number>(
      'int QueryInformationJobObject(void *job, int kind, void *data, uint32_t length, void *written)',
    ),
    CloseHandle: call<number>('int CloseHandle(void *handle)'),
  };
}
