import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { launchProgram } from '@carillon/emulator/launch';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildEmulator, emulatedSchtasks, startEmulatedService } from '../testing/emulated-scheduler.js';
import { makeManifest } from '../testing/samples.js';
import { type SchedulerPromise, type SchedulerWorld, schedulerContract } from '../testing/scheduler-contract.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { MemoryScheduler } from './memory-scheduler.js';
import { SchtasksScheduler } from './schtasks-scheduler.js';

beforeAll(buildEmulator, 120_000);

function definitionOf(changes: Parameters<typeof makeManifest>[0] = {}): TaskDefinition {
  const manifest = makeManifest({ schedule: [{ kind: 'cron', expression: '0 2 * * 1' }], ...changes });
  const task = taskForJob(manifest, { hostTimezone: 'UTC', runner: { command: '/bin/true', arguments: ['run'] } });
  if (!task.ok) throw new Error(task.problems[0]?.message);
  return task.value.definition;
}

/** Starts what a task starts, as Task Scheduler would; triggers do not fire. */
function memoryWorld(): SchedulerWorld {
  const scheduler: MemoryScheduler = new MemoryScheduler((path) => {
    const action = scheduler.tasks.get(path.toLowerCase())?.actions[0];
    if (action?.kind === 'exec') void launchProgram(action);
  });
  return { scheduler, folder: '\\Carillon\\contract', files: makeTempFolder() };
}

/** Its service runs only where it is needed: it takes a second to start. */
async function emulatedWorld(needs: SchedulerPromise['needs']): Promise<SchedulerWorld> {
  const store = makeTempFolder();
  if (needs) await startEmulatedService(store);
  const scheduler = new SchtasksScheduler(emulatedSchtasks(store), makeTempFolder());
  return { scheduler, folder: '\\Carillon\\contract', files: makeTempFolder() };
}

describe('a Task Scheduler in memory', () => {
  it.each(schedulerContract.filter(({ needs }) => needs !== 'clock'))('$name', ({ check }) => check(memoryWorld()));
});

describe('an emulated Task Scheduler, through schtasks', () => {
  it.each(schedulerContract)('$name', async ({ needs, check }) => check(await emulatedWorld(needs)));
});

describe('schtasks', () => {
  it('says why it refuses, and its words are passed on', async () => {
    const scheduler = new SchtasksScheduler(emulatedSchtasks(makeTempFolder()), makeTempFolder());
    await expect(scheduler.start('\\Carillon\\none')).rejects.toMatchObject({
      message: expect.stringMatching(/^schtasks exit code 1: ERROR: .*does not exist/),
    });
  });

  it('that is not there is another matter', async () => {
    const scheduler = new SchtasksScheduler(['/no/such/schtasks'], makeTempFolder());
    await expect(scheduler.start('\\Carillon\\a')).rejects.toMatchObject({ code: 'scheduler_unavailable' });
    await expect(scheduler.register('\\Carillon\\a', definitionOf())).rejects.toMatchObject({
      code: 'scheduler_unavailable',
    });
  });
});

/** A stand-in for schtasks that the test writes itself, in shell. */
function scripted(body: string, host?: { codePage?: number }) {
  const folder = makeTempFolder();
  const program = join(folder, 'schtasks');
  writeFileSync(program, `#!/bin/sh\n${body}\n`);
  chmodSync(program, 0o755);
  const temporary = makeTempFolder();
  return { folder, temporary, scheduler: new SchtasksScheduler([program, '--first'], temporary, host) };
}

describe('the definition file', () => {
  it('is UTF-16 with its mark, as schtasks wants it, and gone afterwards', async () => {
    const { folder, temporary, scheduler } = scripted(
      `here=$(dirname "$0"); if [ "$2" = /create ]; then printf %s "$*" > "$here/said"; for file; do [ -f "$file" ] && cp "$file" "$here/copy"; done; true; else cat "$here/copy"; fi`,
    );
    const definition = definitionOf({ description: '备份' });
    expect(await scheduler.register('\\Carillon\\a', definition)).toEqual([]);
    const bytes = readFileSync(join(folder, 'copy'));
    expect([bytes[0], bytes[1]]).toEqual([0xff, 0xfe]);
    expect(bytes.toString('utf16le')).toContain('encoding="UTF-16"');
    expect(bytes.toString('utf16le')).toContain('备份');
    expect(readFileSync(join(folder, 'said'), 'utf8')).toMatch(
      /^--first \/create \/tn \\Carillon\\a \/xml \S+\.xml \/f/i,
    );
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('is gone also when the registration is refused', async () => {
    const { temporary, scheduler } = scripted('echo "ERROR: no" >&2; exit 1');
    await expect(scheduler.register('\\Carillon\\a', definitionOf())).rejects.toThrow(
      'schtasks exit code 1: ERROR: no',
    );
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('what is registered', () => {
  it('is compared with what was asked for', async () => {
    const { scheduler } = scripted(
      `here=$(dirname "$0"); if [ "$2" = /create ]; then for file; do [ -f "$file" ] && cp "$file" "$here/copy"; done; true; else iconv -f UTF-16 -t UTF-8 "$here/copy" | sed 's/UTF-16/UTF-8/; s/<Priority>5/<Priority>9/'; fi`,
    );
    const differences = await scheduler.register('\\Carillon\\a', definitionOf());
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatch(/priority/i);
  });

  it('and not readable: nobody can tell', async () => {
    const { folder, scheduler } = scripted('cat "$(dirname "$0")/list"; [ "$3" = /fo ]');
    writeFileSync(join(folder, 'list'), '"TaskName","Next Run Time","Status"\r\n"\\Carillon\\A","N/A","Ready"\r\n');
    await expect(scheduler.find('\\Carillon\\a')).rejects.toMatchObject({ code: 'read_failed' });
    expect(await scheduler.find('\\Carillon\\b')).toEqual({ task: null, problem: null });
  });

  it('no task any more is an answer', async () => {
    const { scheduler } = scripted('echo "<Task><Actions/></Task>"');
    expect(await scheduler.find('\\Carillon\\a')).toEqual({ task: null, problem: 'a task needs an action' });
  });

  it.each([
    ['cannot be asked for', 'exit 1'],
    ['cannot be understood', 'echo garbage'],
  ])('and %s: the task may be there', async (_what, query) => {
    const { scheduler } = scripted(`[ "$2" = /create ] || { ${query}; }`);
    await expect(scheduler.register('\\Carillon\\a', definitionOf())).rejects.toMatchObject({
      code: 'read_back_failed',
    });
  });

  it('cannot be removed: the difference to "not there" is found by asking', async () => {
    const { scheduler } = scripted(
      '[ "$2" = /delete ] && { echo "Zugriff verweigert" >&2; exit 1; }; echo still there',
    );
    await expect(scheduler.remove('\\Carillon\\a')).rejects.toMatchObject({
      code: 'remove_failed',
      message: expect.stringContaining('Zugriff verweigert'),
    });
  });
});

describe('words in the code page of the console', () => {
  // Octal, as printf of sh writes bytes.
  const german = 'FEHLER: Zugriff verweigert. Der Vorgang f\\201r "T\\204gliche Pr\\201fung" ist nicht zul\\204ssig.';
  const russian =
    '\\216\\230\\210\\201\\212\\200: \\216\\342\\252\\240\\247\\240\\255\\256 \\242 \\244\\256\\341\\342\\343\\257\\245.';

  it.each([
    ['850 that is known', german, { codePage: 850 }],
    ['850 that is not known', german, {}],
  ])('%s are passed on', async (_name, words, host) => {
    const { scheduler } = scripted(`printf '${words}' >&2; exit 1`, host);
    await expect(scheduler.start('\\Carillon\\a')).rejects.toMatchObject({
      code: 'start_failed',
      message:
        'schtasks exit code 1: FEHLER: Zugriff verweigert. Der Vorgang für "Tägliche Prüfung" ist nicht zulässig.',
    });
  });

  it('are taken from the output when nothing stands in the errors', async () => {
    const { scheduler } = scripted(`printf '${russian}'; printf '\\r\\n' >&2; exit 1`, { codePage: 866 });
    await expect(scheduler.start('\\Carillon\\a')).rejects.toThrow('schtasks exit code 1: ОШИБКА: Отказано в доступе.');
  });

  it('are also those of a task that is read back', async () => {
    const { scheduler } = scripted(
      `here=$(dirname "$0"); if [ "$2" = /create ]; then for file; do [ -f "$file" ] && cp "$file" "$here/copy"; done; true; else iconv -f UTF-16 -t CP850 "$here/copy"; fi`,
      { codePage: 850 },
    );
    const definition = definitionOf({ description: 'Tägliche Prüfung, größer' });
    expect(await scheduler.register('\\Carillon\\a', definition)).toEqual([]);
  });
});
