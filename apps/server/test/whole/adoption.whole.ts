import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { programsOf } from '@carillon/stack/programs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostTasks } from './host-tasks.js';
import { eventually, startProduct } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');

interface Change {
  id: string;
  adoption: string | null;
  adoptionReasons: string[];
}
interface Job {
  version: number;
  spec: { overrides?: object[] };
  hosts: { state: string; version: number; code: string | null }[];
}
interface Task {
  path: string;
  enabled: boolean;
  replacedBy: string | null;
}

let product: Awaited<ReturnType<typeof startProduct>>;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product?.dispose());

const agentFolder = () => join(product.folder, 'agent');

const host = new HostTasks(() => product);

const jobIs = (name: string, accept: (job: Job) => boolean) =>
  eventually(async () => {
    const job = await product.json<Job>('jobs', name);
    return accept(job) ? job : undefined;
  });
const isApplied = ({ version, hosts }: Job) =>
  hosts.every((host) => host.state === 'applied' && host.version === version);

describe('what people make of tasks on hosts', () => {
  it('becomes what the host should have, and can be taken back', async () => {
    const file = join(product.folder, 'job.yaml');
    const path = '\\Carillon\\nightly';
    writeFileSync(
      file,
      'kind: Job\nname: nightly\ntargets: { all: true }\nschedule: "0 2 * * *"\nrun: { program: "true" }\nonDrift: adopt\n',
    );
    expect(await product.cli('apply', '-f', file)).toMatchObject({ code: 0 });
    await jobIs('nightly', isApplied);

    // 1. Somebody moves it by an hour and a half, and lets it catch up.
    const edited = host
      .text(path)
      .replace('T02:00:00', 'T03:30:00')
      .replace('<StartWhenAvailable>false', '<StartWhenAvailable>true');
    host.register(path, edited);
    await host.lookAgain();
    const adopted = await jobIs('nightly', (job) => job.version === 2 && isApplied(job));
    expect(adopted.spec.overrides).toMatchObject([
      { schedule: [{ kind: 'cron', expression: '30 3 * * *' }], onMissed: 'run-once' },
    ]);
    expect(host.text(path)).toContain('T03:30:00');

    // 2. What no job can say stays as it is.
    host.register(path, host.text(path).replace('<Priority>5', '<Priority>9'));
    await host.lookAgain();
    const [left, first] = await eventually(async () => {
      const changes = await product.json<Change[]>('changes', '--job', 'nightly');
      return changes[0]?.adoption === 'left' ? changes : undefined;
    });
    expect(left?.adoptionReasons).toEqual(['setting: settings.priority: wanted 5, found 9']);
    expect(host.text(path)).toContain('<Priority>9');

    // 3. Taken back.
    expect(await product.cli('changes', '--undo', first?.id ?? '')).toMatchObject({ code: 0 });
    const back = await jobIs('nightly', (job) => job.version === 3 && isApplied(job));
    expect(back.spec.overrides).toBeUndefined();
    expect(host.text(path)).toContain('T02:00:00');
  });

  it('is adopted with its account; a password is waited for while the task goes on', async () => {
    const xml = (logon: string) => `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><CalendarTrigger><StartBoundary>2024-01-01T02:00:00</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>
  <Principals><Principal id="A"><UserId>CORP\\etl</UserId><LogonType>${logon}</LogonType><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings/>
  <Actions Context="A"><Exec><Command>true</Command></Exec></Actions>
</Task>`;
    host.register('\\Jobs\\Without', xml('S4U'));
    host.register('\\Jobs\\With', xml('Password'));
    const [local] = await product.json<{ name: string }[]>('hosts');
    const tasks = () => product.json<Task[]>('inventory', '--host', local?.name ?? '', '--refresh');
    expect((await tasks()).map(({ path }) => path)).toEqual(['\\Jobs\\With', '\\Jobs\\Without']);

    for (const path of ['\\Jobs\\Without', '\\Jobs\\With'])
      expect(await product.cli('adopt', path)).toMatchObject({ code: 0 });
    await jobIs('Without', isApplied);
    await jobIs('With', ({ hosts }) => hosts[0]?.code === 'password_needed');
    expect(host.text('\\Carillon\\Without')).toMatch(/<LogonType>S4U<\/LogonType>\s*<RunLevel>HighestAvailable/);
    expect(await tasks()).toMatchObject([
      { path: '\\Jobs\\With', enabled: true },
      { path: '\\Jobs\\Without', enabled: false, replacedBy: 'Without' },
    ]);

    // The password comes: on the host, and nowhere else.
    const agent = programsOf(repository).agent;
    const input = 'correct horse\n';
    execFileSync(process.execPath, [agent, 'account', 'set', 'CORP\\etl', '--data', agentFolder()], { input });
    await jobIs('With', isApplied);
    await eventually(async () => ((await tasks())[0]?.enabled === false ? true : undefined));
    expect(await product.cli('adopt', '--undo', 'With')).toMatchObject({ code: 0 });
    await eventually(async () => ((await tasks())[0]?.enabled ? true : undefined));
  });
});
