import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { englishOf } from './english-of.js';
import type { HostTasks } from './host-tasks.js';
import { eventually } from './product.js';

const jobFile = (program: string) => `kind: Job
name: 夜间对账
targets: { labels: { site: local } }
schedule: "0 6 * * *"
alerts: [failed-once]
onDrift: leave
run:
  program: ${JSON.stringify(program)}
  arguments: [-e, "console.error('磁盘空间不足'); process.exitCode = 112"]
`;

/** What people wrote and hosts are called: all else is ours. */
const data = /failed-once|Copy of the|process\.|no room on|the disk is being|Writes the report|\\Backup\\/;

interface Day {
  readonly page: Page;
  readonly host: string;
  readonly tasks: HostTasks;
  /** Task XML of a task that the host has of itself. */
  readonly foreignTask: string;
  readonly open: (path: string) => Promise<void>;
}

/** The same day for somebody who reads Chinese: from a new job to a task that was edited on its host. */
export async function dayInChinese({ page, host, tasks, foreignTask, open }: Day): Promise<void> {
  const inChinese = async (where: string) => expect(await englishOf(page, data), where).toEqual([]);

  // 1. A job, its run, its incident.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '查找或执行' }).fill('新建作业');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: '文件' }).fill(jobFile(process.execPath));
  await page.getByText('选中的主机：1').waitFor();
  await page.getByLabel('原因').fill('财务要求');
  await page.keyboard.press('Control+s');
  await page.getByText('“夜间对账”是新作业；主机：1。').waitFor();
  await inChinese('the editor');
  await page.keyboard.press('Control+s');
  await page.getByRole('heading', { name: '夜间对账' }).waitFor();
  await page.getByRole('tab', { name: /^主机.*1\/1/ }).click();
  await page.getByRole('link', { name: host }).waitFor();
  await inChinese('the job');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '查找或执行' }).fill('运行 夜间');
  await page.getByRole('option', { name: /夜间对账/ }).waitFor();
  await page.keyboard.press('Enter');
  const ask = page.getByRole('dialog', { name: '现在运行 夜间对账 吗？' });
  await ask.getByRole('button', { name: '在 1 台主机上运行' }).click();
  await page.getByRole('link', { name: '查看运行' }).click();
  await page.getByText('磁盘空间不足').first().waitFor();
  await inChinese('the run');
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page
    .getByRole('link', { name: /夜间对账/ })
    .first()
    .click();
  await page.getByRole('button', { name: '确认', exact: true }).click();
  await page.getByRole('button', { name: '撤销确认' }).waitFor();
  await page.getByRole('button', { name: '静默' }).click();
  const silence = page.getByRole('dialog', { name: '暂时静默告警' });
  await silence.getByLabel('原因').fill('正在更换磁盘');
  await inChinese('the incident and its silence');
  await silence.getByRole('button', { name: '静默' }).click();
  await silence.waitFor({ state: 'detached' });

  // 2. A task of the host becomes a job; another is edited on the host and put back for all hosts at once.
  tasks.register('\\Backup\\Copy of the invoices', foreignTask);
  await open('/adoption');
  await page.getByRole('button', { name: '询问所有主机' }).click();
  await page.getByRole('link', { name: 'Copy of the invoices' }).click();
  await page.getByRole('button', { name: '接管为 1 个作业' }).click();
  await page.getByText('1 台中已注册 1 台').waitFor();
  await inChinese('adoption');
  const path = '\\Carillon\\夜间对账';
  await eventually(async () => tasks.text(path).includes('T06:00:00') || undefined);
  tasks.register(path, tasks.text(path).replace('T06:00:00', 'T09:30:00'));
  await tasks.lookAgain();
  await open(`/jobs/${encodeURIComponent('夜间对账')}?tab=changes`);
  await page.getByText('保持原样').waitFor();
  await page.getByRole('button', { name: /处差异/ }).click();
  await page
    .getByRole('dialog', { name: '应有与实际，逐项对比' })
    .getByText(/09:30:00/)
    .waitFor();
  await inChinese('the difference');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '修复 1 台被改动的主机' }).click();
  const repair = page.getByRole('dialog', { name: '将 夜间对账 恢复为定义的内容？' });
  await repair.getByText(/09:30:00/).waitFor();
  await inChinese('what a repair changes');
  await repair.getByRole('button', { name: '修复 1 台主机' }).click();
  await repair.getByText('已恢复为定义的内容。').waitFor();
  expect(tasks.text(path)).toContain('T06:00:00');
  await inChinese('what came of a repair');
  await page.keyboard.press('Escape');
}
