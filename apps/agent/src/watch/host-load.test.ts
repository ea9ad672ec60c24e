import { heartbeat } from '@carillon/contract/agent/session-messages';
import { describe, expect, it } from 'vitest';
import { HostLoad, type LoadSource } from './host-load.js';

function source(change: Partial<LoadSource> = {}): LoadSource {
  let looks = 0;
  return {
    cpuTimes: () => {
      looks += 1;
      return { busyMs: looks * 250, totalMs: looks * 1_000 };
    },
    memoryPercent: () => 61.6,
    diskPercent: async (root) => {
      if (root === 'D:\\') return 91.4;
      if (root === 'C:\\') return 40;
      throw new Error('no such drive');
    },
    roots: ['C:\\', 'D:\\', 'E:\\'],
    ...change,
  };
}

describe('the load of a host', () => {
  it('is processor time since the last word, memory in use, and how full its drives are', async () => {
    const load = new HostLoad(source());
    await load.looked();
    expect(load.read()).toEqual({
      cpuPercent: 25,
      memoryPercent: 62,
      disks: [
        { name: 'C:', percent: 40 },
        { name: 'D:', percent: 91 },
      ],
    });
  });

  it('asks for drives that are not there once an hour, not each time', async () => {
    const asked: string[] = [];
    const load = new HostLoad(
      source({
        diskPercent: async (root) => {
          asked.push(root);
          if (root === 'E:\\') throw new Error('no such drive');
          return 1;
        },
      }),
    );
    await load.looked();
    for (let look = 0; look < 60; look += 1) {
      load.read();
      await load.looked();
    }
    expect(asked.filter((root) => root === 'E:\\')).toHaveLength(2);
  });

  it('does not wait for a drive that does not answer', async () => {
    const load = new HostLoad(source({ diskPercent: () => new Promise(() => undefined) }));
    expect(load.read()).toMatchObject({ cpuPercent: 25, disks: [] });
    expect(load.read()).toMatchObject({ disks: [] });
  });

  it('of this very machine is what a heartbeat can carry', async () => {
    const load = new HostLoad();
    await load.looked();
    const read = load.read();
    expect(read.disks.length).toBeGreaterThan(0);
    expect(heartbeat.shape.load.parse(read)).toEqual(read);
    expect(JSON.stringify(read).length).toBeLessThan(400);
  });
});
