import { statfs } from 'node:fs/promises';
import type { Body } from '@carillon/contract/agent/catalog';
import { type CpuTimes, cpuPercentBetween, cpuTimes, memoryPercent } from '../lib/host-metrics.js';

export type Load = NonNullable<Body<'agent.heartbeat'>['load']>;

/** What the host is asked; replaced in tests. */
export interface LoadSource {
  cpuTimes(): CpuTimes;
  memoryPercent(): number;
  /** Share in use, 0-100. @throws where there is no such drive */
  diskPercent(root: string): Promise<number>;
  readonly roots: readonly string[];
}

/** Drives come and go rarely: those that are not there are asked for again this often. */
const searchEvery = 60;
const disksTold = 8;

/**
 * The load of the host for heartbeats: what the last look found, so that a drive that does not answer holds nothing up.
 * A look costs some system calls and starts no program.
 */
export class HostLoad {
  private before: CpuTimes;
  private disks: Load['disks'] = [];
  private missing = new Set<string>();
  private looks = 0;
  private looking: Promise<void> | undefined;

  constructor(private readonly source: LoadSource = hostSource()) {
    this.before = source.cpuTimes();
    this.look();
  }

  /** Since the last call. */
  read(): Load {
    const now = this.source.cpuTimes();
    const cpu = cpuPercentBetween(this.before, now);
    this.before = now;
    this.look();
    return {
      cpuPercent: cpu === undefined ? null : whole(cpu),
      memoryPercent: whole(this.source.memoryPercent()),
      disks: this.disks,
    };
  }

  /** Resolves when the disks have been looked at that are being looked at now. */
  async looked(): Promise<void> {
    await this.looking;
  }

  private look(): void {
    this.looking ??= this.lookAtDisks().finally(() => {
      this.looking = undefined;
    });
  }

  private async lookAtDisks(): Promise<void> {
    if (this.looks % searchEvery === 0) this.missing.clear();
    this.looks += 1;
    const found: Load['disks'] = [];
    for (const root of this.source.roots) {
      if (this.missing.has(root) || found.length === disksTold) continue;
      try {
        found.push({ name: root.replace(/\\$/, ''), percent: whole(await this.source.diskPercent(root)) });
      } catch {
        this.missing.add(root);
      }
    }
    this.disks = found;
  }
}

function whole(percent: number): number {
  return Math.max(0, Math.min(100, Math.round(percent)));
}

/** The system drive first, then others; floppy letters are left out, since asking for them may wait for a drive. */
function rootsOf(platform: NodeJS.Platform, systemDrive: string | undefined): string[] {
  if (platform !== 'win32') return ['/'];
  const letters = [...'CDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:\\`);
  const system = `${(systemDrive ?? 'C:').toUpperCase()}\\`;
  return [system, ...letters.filter((root) => root !== system)];
}

function hostSource(): LoadSource {
  return {
    cpuTimes,
    memoryPercent,
    diskPercent: async (root) => {
      const { blocks, bavail } = await statfs(root);
      // An empty drive for discs says that it has none.
      if (blocks <= 0) throw new Error(`${root} holds nothing`);
      return 100 * (1 - bavail / blocks);
    },
    roots: rootsOf(process.platform, process.env.SystemDrive),
  };
}
