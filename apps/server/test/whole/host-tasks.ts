import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { programsOf } from '@carillon/stack/programs';
import { decodeTaskXml } from '@carillon/wintask/task/decode-task-xml';
import { eventually, type Product } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');

/** The tasks of a product's own host, as somebody has them who works on it with `schtasks`. */
export class HostTasks {
  constructor(private readonly product: () => Product) {}

  /** The folder of the emulated Task Scheduler, as the agent was told it. */
  get store(): string {
    const settings = JSON.parse(readFileSync(join(this.product().folder, 'agent/agent.json'), 'utf8'));
    return settings.scheduler.command.at(-1);
  }

  /** `schtasks` by hand. @param user who types it */
  schtasks(args: readonly string[], user = 'CORP\\anna'): void {
    execFileSync(process.execPath, [programsOf(repository).schtasks, '--store', this.store, ...args], {
      env: { ...process.env, CARILLON_EMULATOR_USER: user },
    });
  }

  /** The XML of a task. */
  text(path: string): string {
    return decodeTaskXml(readFileSync(this.fileOf(path)));
  }

  has(path: string): boolean {
    return existsSync(this.fileOf(path));
  }

  /** Registers a task, or puts it in the place of the one that is there. */
  register(path: string, xml: string): void {
    const file = join(this.product().folder, 'task.xml');
    writeFileSync(file, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xml, 'utf16le')]));
    this.schtasks(['/create', '/tn', path, '/xml', file, '/f']);
  }

  private fileOf(path: string): string {
    return join(this.store, 'Tasks', ...path.split('\\').filter(Boolean));
  }

  /** The agent looks at all tasks when it starts. */
  async lookAgain(): Promise<void> {
    const { agentPid } = this.product().running();
    process.kill(agentPid, 'SIGTERM');
    await eventually(async () => (this.product().running().agentPid !== agentPid ? true : undefined));
  }
}
