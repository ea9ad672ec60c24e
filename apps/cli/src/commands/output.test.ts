import { runRoutes } from '@carillon/contract/http/runs.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { sampleId, sampleRun } from '../testing/samples.js';

let server: FakeServer;
let cli: CliHarness;
const at = '2026-03-01T02:00:00.000Z';

beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});

afterEach(async () => {
  await server.stop();
  cli.remove();
});

const piece = (stream: 'stdout' | 'stderr', text: string, droppedBefore = 0) => ({
  stream,
  offset: 0,
  at,
  droppedBefore,
  text,
});

describe('output', () => {
  it('prints what a run handed over, or says that it did not', async () => {
    let result: Record<string, unknown> | null = { files: 3 };
    server.on(runRoutes.told, () => ({ progress: null, result }));
    const told = await cli.run('output', sampleId(1), '--result');
    expect(JSON.parse(told.stdout)).toEqual({ files: 3 });
    result = null;
    expect(await cli.run('output', sampleId(1), '--result')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('::result'),
    });
  });

  it('writes each stream to its own, in order and as it stands', async () => {
    server.on(runRoutes.output, ({ query }) =>
      query.cursor === undefined
        ? {
            items: [piece('stdout', '备份\u001b[0m'), piece('stderr', '空间不足\n')],
            next: '1',
            complete: true,
            encoding: 'gbk',
          }
        : { items: [piece('stdout', '完成\n', 12)], next: null, complete: true, encoding: 'gbk' },
    );
    const answer = await cli.run('output', sampleId(1));
    expect(answer.writes).toEqual([
      { stream: 'stdout', text: '备份\u001b[0m' },
      { stream: 'stderr', text: '空间不足\n' },
      { stream: 'stderr', text: '\n[carillon: 12 bytes of stdout were not kept]\n' },
      { stream: 'stdout', text: '完成\n' },
    ]);
    const json = JSON.parse((await cli.run('output', sampleId(1), '--json')).stdout);
    expect(json).toMatchObject({ runId: sampleId(1), encoding: 'gbk', complete: true });
    expect(json.items).toHaveLength(3);
  });

  it('writes a stream that was asked for to stdout', async () => {
    server.on(runRoutes.output, ({ query }) => {
      expect(query.stream).toBe('stderr');
      return { items: [piece('stderr', 'x')], next: null, complete: true, encoding: 'utf-8' };
    });
    expect(await cli.run('output', sampleId(1), '--stream', 'stderr')).toMatchObject({ stdout: 'x', stderr: '' });
  });

  it('stops at what there is, and goes on with --follow until nothing more comes', async () => {
    let looks = 0;
    server.on(runRoutes.output, ({ query }) => {
      looks += 1;
      const isNew = looks === 1 || looks === 4;
      return {
        items: isNew ? [piece('stdout', `${looks}`)] : [],
        next: query.cursor ?? 'c',
        complete: looks > 4,
        encoding: 'utf-8',
      };
    });
    expect((await cli.run('output', sampleId(1))).stdout).toBe('1');
    looks = 0;
    expect((await cli.run('output', sampleId(1), '--follow')).stdout).toBe('14');
  });
});

describe('the run that is meant', () => {
  const ids = ['01950000-aaaa-7000-8000-000000000001', '01950000-bbbb-7000-8000-000000000002'];

  beforeEach(() => {
    server.on(runRoutes.list, ({ query }) => ({
      items: ids.slice(0, Number(query.limit)).map((id) => sampleRun({ id })),
      next: null,
    }));
    server.on(runRoutes.output, ({ params }) => ({
      items: [piece('stdout', params.id ?? '')],
      next: null,
      complete: true,
      encoding: 'utf-8',
    }));
  });

  it('is the latest, or the one that begins so', async () => {
    expect((await cli.run('output', 'latest')).stdout).toBe(ids[0]);
    expect((await cli.run('output', '01950000-B')).stdout).toBe(ids[1]);
  });

  it('is never guessed', async () => {
    const several = await cli.run('output', '0195');
    expect(several.exitCode).toBe(1);
    expect(several.stderr).toContain(`${ids[1]}  DailyBackup on web-01`);
    expect(several.stderr).toContain('0195 is the beginning of 2 recent runs');
    expect((await cli.run('output', 'ffff')).exitCode).toBe(1);
    expect((await cli.run('output', '019')).exitCode).toBe(2);
    server.on(runRoutes.list, () => ({ items: [], next: null }));
    expect((await cli.run('output', 'latest')).stderr).toContain('there are no runs yet');
  });
});
