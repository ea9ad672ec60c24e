import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostTasks } from './host-tasks.js';
import { eventually, startProduct } from './product.js';

interface Answer {
  job: string;
  reason: string;
  text: string;
  certainty: string;
  fireAt: string | null;
  evidence: { at: string | null; text: string }[];
}
interface Run {
  id: string;
  state: string;
  reason: string | null;
  scheduledFor: string | null;
  exitCode: number | null;
}

let product: Awaited<ReturnType<typeof startProduct>>;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.dispose());

const why = async (...args: string[]) => (await product.json<Answer[]>('why', ...args))[0]!;
const runsOf = (job: string) => product.json<Run[]>('runs', '--job', job);
/** The answer, once it is this one. */
const becomes = (reason: string, ...args: string[]) =>
  eventually(async () => {
    const answer = await why(...args);
    return answer.reason === reason ? answer : undefined;
  });

const host = new HostTasks(() => product);

const job = (name: string, rest: string) => `kind: Job\nname: ${name}\ntargets: { all: true }\n${rest}\n---\n`;
const quick = 'run: { program: "true" }';

describe("why didn't it run", () => {
  it('is answered apart for each reason, from what the host saw', async () => {
    const file = join(product.folder, 'jobs.yaml');
    const sleep = 'run: { program: sleep, arguments: ["70"] }';
    writeFileSync(
      file,
      [
        job('good', `schedule: "* * * * *"\n${quick}`),
        job('no-logon', `schedule: "* * * * *"\nrunAs: local-service\n${quick}`),
        job('overlapping', `schedule: "* * * * *"\nonOverlap: skip\n${sleep}`),
        job('vanished', `schedule: "* * * * *"\n${quick}`),
        job('switched-off', `schedule: "* * * * *"\nenabled: false\n${quick}`),
        job('by-hand', `schedule: { on: startup }\n${quick}`),
        job('yearly', `schedule: "0 0 1 1 *"\n${quick}`),
      ].join(''),
    );
    // Before the task is there: a minute that begins in between would be a good run.
    writeFileSync(join(host.store, 'accounts.json'), JSON.stringify({ 'S-1-5-19': 0x8007052e }));
    expect(await product.cli('apply', '-f', file)).toMatchObject({ code: 0, stderr: '' });
    await eventually(async () => {
      const [local] = await product.json<{ assignments: { total: number; applied: number } }[]>('hosts');
      return local && local.assignments.applied === local.assignments.total ? local : undefined;
    });
    host.schtasks(['/delete', '/tn', '\\Carillon\\vanished', '/f']);
    const refusedAt = Date.now();

    // 1. What the definition says.
    expect(await why('switched-off')).toMatchObject({ reason: 'job_disabled' });
    expect(await why('by-hand')).toMatchObject({ reason: 'no_timetable' });
    expect(await why('yearly', '--at', '12:34')).toMatchObject({ reason: expect.stringMatching(/not_due|job_newer/) });

    // 2. What the runner saw.
    await becomes('ran', 'good');
    await becomes('running', 'overlapping');
    await becomes('skipped', 'overlapping');

    // 3. What only Task Scheduler saw; the agent is killed meanwhile and tells nothing twice.
    process.kill(product.running().agentPid, 'SIGKILL');
    const first = new Date(Math.ceil(refusedAt / 60_000) * 60_000).toISOString();
    const failed = await becomes('logon_failed', 'no-logon', '--at', first);
    expect(failed).toMatchObject({ certainty: 'certain', text: expect.stringContaining('0x8007052E') });
    const runs = await runsOf('no-logon');
    expect(runs.length).toBeGreaterThan(0);
    for (const run of runs)
      expect(run).toMatchObject({ state: 'failed', reason: 'logon_failed', exitCode: 0x8007052e });
    expect(new Set(runs.map(({ scheduledFor }) => scheduledFor)).size).toBe(runs.length);

    // 4. What somebody did to the task: noticed when the agent came back.
    // Who it was is told once the history was read, which may come later.
    const text = await eventually(async () => {
      const answer = await becomes('task_deleted', 'vanished', '--at', first);
      expect(answer.fireAt).toBe(first);
      return answer.text.includes('anna') ? answer.text : undefined;
    });
    expect(text).toBe('its task was deleted on the host by CORP\\anna');
  }, 300_000);
});
