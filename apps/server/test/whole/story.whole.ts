import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalApi } from '@carillon/stack/api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults } from './axe.js';
import { browserPath, openBrowser } from './browser.js';
import { dayInChinese } from './day-in-chinese.js';
import { englishOf } from './english-of.js';
import { HostTasks } from './host-tasks.js';
import { eventually, startProduct } from './product.js';

/** Names, reasons and output of this story. */
const writtenByPeople = /Writes the report of the night|no room on|Copy of the ledger|the disk is being replaced/;

let product: Awaited<ReturnType<typeof startProduct>>;
let browser: Browser;
let page: Page;
let host: string;
const complaints: string[] = [];

const jobFile = `kind: Job
name: nightly-report
description: Writes the report of the night. # Asked for by finance
targets: { labels: { site: local } }
schedule: "0 5 * * *"
alerts: [failed-once]
onDrift: leave
run:
  program: ${JSON.stringify(process.execPath)}
  arguments: [-e, "console.error('no room on D:'); process.exitCode = 3"]
`;

/** As somebody made it by hand, years ago. */
const foreignTask = `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><CalendarTrigger><StartBoundary>2024-01-01T04:10:00</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>
  <Principals><Principal id="A"><UserId>S-1-5-18</UserId></Principal></Principals>
  <Settings/>
  <Actions Context="A"><Exec><Command>true</Command></Exec></Actions>
</Task>`;
const tasks = new HostTasks(() => product);

beforeAll(async () => {
  if (browserPath === undefined) return;
  product = await startProduct();
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US', reducedMotion: 'reduce' });
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(product.signInLink);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const [first] = await product.json<{ name: string }[]>('hosts');
  host = first?.name ?? '';
});
afterAll(async () => {
  await browser?.close();
  await product?.dispose();
});

/** Opens an address and waits until what it shows is there. */
async function open(path: string): Promise<void> {
  await page.goto(`${product.url}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('main [aria-busy=true]') === null);
}

/** From the first job to a task that was edited on its host, as somebody does it who has only the dashboard. */
describe.skipIf(browserPath === undefined)('a day with the dashboard', () => {
  it('an alert policy is made in its form', async () => {
    await open('/alerting/documents/AlertPolicy');
    await page.getByLabel('Name', { exact: true }).fill('failed-once');
    await page.getByLabel('Name', { exact: true }).press('Tab');
    const file = page.getByRole('textbox', { name: 'File' });
    await file.fill((await file.inputValue()).replace('consecutiveFailures: 3', 'consecutiveFailures: 1'));
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('dialog', { name: 'Create failed-once?' }).getByRole('button', { name: 'Create' }).click();
    await page.getByRole('link', { name: 'failed-once' }).waitFor();
  });

  it('a job is written, shows what it would do, and is stored with a reason', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find or do' }).fill('new job');
    await page.keyboard.press('Enter');
    const file = page.getByRole('textbox', { name: 'File' });
    await file.fill(jobFile);
    await page.getByText('Hosts it selects: 1').waitFor();
    await page.getByLabel('Reason').fill('for finance');
    await page.keyboard.press('Control+s');
    await page.getByText('“nightly-report” is new; hosts: 1.').waitFor();
    await page.keyboard.press('Control+s');
    await page.getByRole('heading', { name: 'nightly-report' }).waitFor();
    const api = new LocalApi(product.url, join(product.folder, 'admin-token'));
    expect(await api.call('GET', '/jobs/nightly-report/versions')).toMatchObject({
      items: [{ reason: 'for finance' }],
    });
  });

  it('it is applied on its host, and run from the finder', async () => {
    await page.getByRole('tab', { name: 'Hosts (1/1)' }).click();
    await page.getByRole('link', { name: host }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Find or do' }).fill('run nightly');
    await page.getByRole('option', { name: /nightly-report/ }).waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog', { name: 'Run nightly-report now?' })
      .getByRole('button', { name: /Run on/ })
      .click();
    await page.getByRole('link', { name: 'Show the run' }).click();
    await page.getByText('no room on D:').first().waitFor();
    await page.getByText('3 (0x00000003)').waitFor();
  });

  it('its failure becomes an incident that is acknowledged and silenced', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page
      .getByRole('link', { name: /nightly-report/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByRole('button', { name: 'Take back' }).waitFor();
    await page.getByRole('button', { name: 'Silence' }).click();
    const dialog = page.getByRole('dialog', { name: 'Silence alerts for a while' });
    await dialog.getByText('Open incidents that this would mute now: 1').waitFor();
    await dialog.getByLabel('Why').fill('the disk is being replaced');
    await dialog.getByRole('button', { name: 'Silence' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByText('the disk is being replaced').waitFor();
  });

  it('a task that the host had before is adopted, with a look at what it would be first', async () => {
    tasks.register('\\Backup\\Copy of the ledger', foreignTask);
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Ask all hosts' }).click();
    await page.getByRole('link', { name: 'Copy of the ledger' }).click();
    await page.getByText('Copy of the ledger, for 1 host').waitFor();
    await page.getByRole('button', { name: 'Adopt as 1 job' }).click();
    await page.getByText('1 of 1 registered').waitFor();
    expect(tasks.text('\\Carillon\\Copy of the ledger')).toContain('T04:10:00');
    await eventually(async () => tasks.text('\\Backup\\Copy of the ledger').includes('<Enabled>false') || undefined);
  });

  it('an edit on the host shows field by field, and is put back by a button', async () => {
    const path = '\\Carillon\\nightly-report';
    tasks.register(path, tasks.text(path).replace('T05:00:00', 'T09:30:00'));
    await tasks.lookAgain();
    await open('/jobs/nightly-report?tab=changes');
    await page.getByText('left as it is').waitFor();
    await page.getByRole('button', { name: /difference/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Wanted and found, field by field' });
    await dialog.getByText(/09:30:00/).waitFor();
    await dialog
      .getByText(/05:00:00/)
      .first()
      .waitFor();
    expect(tasks.text(path)).toContain('T09:30:00');
    await dialog.getByRole('button', { name: 'Repair: put it back as defined' }).click();
    await dialog.getByText('Put back as defined.').waitFor();
    expect(tasks.text(path)).toContain('T05:00:00');
    await page.keyboard.press('Escape');
    await page.getByText('for admin').waitFor();
  });

  it('stands in Chinese on the pages that are looked at most, and the same day goes by in it', async ({
    onTestFinished,
  }) => {
    // Also when it fails: what comes after it reads English.
    onTestFinished(() => page.evaluate(() => localStorage.setItem('carillon-language', 'en')));
    await page.getByRole('button', { name: 'admin' }).click();
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('link', { name: '作业' }).waitFor();
    const texts: Record<string, string> = {
      '/': '总览',
      '/jobs': '作业',
      '/jobs/nightly-report': 'nightly-report',
      '/incidents/1': 'nightly-report',
      '/hosts': '主机',
      '/alerting/silences': '静默',
    };
    for (const [path, text] of Object.entries(texts)) {
      await open(path);
      expect(await page.getByRole('heading', { level: 1 }).textContent(), path).toContain(text);
      expect(await page.locator('html').getAttribute('lang')).toBe('zh');
      expect(await englishOf(page, writtenByPeople), path).toEqual([]);
      // A key that has no word would stand there as it is.
      expect(await page.locator('body').innerText(), path).not.toMatch(
        /\b(nav|jobs|hosts|incidents|finder|doc)\.[a-z]/,
      );
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: '查找或执行' }).fill('运行 nightly');
    await page.getByRole('option', { name: /nightly-report/ }).waitFor();
    await page.keyboard.press('Escape');
    await dayInChinese({ page, host, tasks, foreignTask, open });
  });

  it('the tour goes over the pages, and each of its places is there', async () => {
    await open('/');
    await page.getByRole('button', { name: 'Show me around' }).click();
    const tour = page.getByRole('dialog');
    const seen: string[] = [];
    for (const at of [1, 2, 3, 4, 5, 6, 7]) {
      await tour.getByText(`${at} of 7`).waitFor();
      seen.push(
        `${new URL(page.url()).pathname.replace(/[^/]+-[^/]+$|\d+$/, '…')} ${await tour.getAttribute('data-lit')}`,
      );
      if (at === 4) expect(await axeFaults(page)).toEqual([]);
      await page.keyboard.press('Enter');
    }
    await tour.waitFor({ state: 'detached' });
    const pages = ['/', '/hosts', '/jobs', '/jobs/…', '/runs/…', '/incidents/…', '/incidents/…'];
    expect(seen).toEqual(pages.map((path) => `${path} true`));
    await page.waitForURL(`${product.url}/`);
  });

  it.each([
    ['Control+k', 'Find or do'],
    ['?', 'Keys'],
  ])('axe finds nothing in what %s opens', async (key, name) => {
    await open('/jobs');
    await page.keyboard.press(key);
    await page.getByRole('dialog', { name }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  // The last of the day: from here on the host takes only what is signed.
  it('what an approver signs with a security key in the browser is what the host takes', async () => {
    const invited = await product.json<{ invitation: { url: string } }>(
      'users',
      'add',
      'wanda',
      '--grant',
      'approver@all',
    );
    // Security keys are bound to names, and an address is none.
    const named = product.url.replace('127.0.0.1', 'localhost');
    const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce' });
    const wanda = await context.newPage();
    wanda.setDefaultTimeout(30_000);
    wanda.on('pageerror', (error) => complaints.push(String(error)));
    const devTools = await context.newCDPSession(wanda);
    await devTools.send('WebAuthn.enable');
    await devTools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    });
    const { pathname, hash } = new URL(invited.invitation.url);
    await wanda.goto(`${named}${pathname}${hash}`);
    await wanda.getByLabel('Choose a password').fill('a long walk by the river');
    await wanda.getByRole('button', { name: 'Set password and sign in' }).click();
    await wanda.getByRole('heading', { name: 'Overview' }).waitFor();

    await wanda.goto(`${named}/account`);
    await wanda.getByLabel('Name of the new key').fill('the blue one');
    await wanda.getByRole('button', { name: 'Register a security key' }).click();
    const said = await wanda.getByText(/require-approvals 1 [0-9a-f]{32}=wanda/).textContent();
    const fingerprint = /[0-9a-f]{32}/.exec(said ?? '')?.[0] ?? '';
    await wanda.getByRole('table', { name: 'Keys to approve with' }).getByText(fingerprint).waitFor();
    expect(await axeFaults(wanda)).toEqual([]);

    const policy = { requireApprovals: { count: 1, keys: [{ key: fingerprint, of: 'wanda' }] } };
    writeFileSync(join(product.folder, 'agent/policy.json'), JSON.stringify(policy), { mode: 0o600 });
    const asked = async (name: string) => {
      const file = join(product.folder, `${name}.yaml`);
      writeFileSync(file, jobFile.replace('nightly-report', name).replace('alerts: [failed-once]\n', ''));
      return product.cli('apply', '-f', file);
    };
    // Whatever only the server signs is refused.
    expect(await asked('unsigned')).toMatchObject({ code: 0 });
    await eventually(async () => {
      const found = await product.json<{ refusedBy: string[] }>('approve', 'unsigned');
      return found.refusedBy.length > 0 || undefined;
    });
    const group = 'kind: HostGroup\nname: here\nlabels: { site: local }\napproval: { required: 1 }\n';
    writeFileSync(join(product.folder, 'here.yaml'), group);
    expect(await product.cli('apply', '-f', join(product.folder, 'here.yaml'))).toMatchObject({ code: 0 });
    expect((await asked('signed')).stderr).toContain('request');

    await wanda.goto(`${named}/requests`);
    await wanda.getByRole('button', { name: 'Look' }).click();
    const dialog = wanda.getByRole('dialog');
    await dialog.getByText('signed v1').waitFor();
    await dialog.getByText(fingerprint).waitFor();
    expect(await axeFaults(wanda)).toEqual([]);
    await dialog.getByRole('button', { name: 'Approve and sign with a security key' }).click();
    await dialog.waitFor({ state: 'detached' });
    await eventually(async () => tasks.has('\\Carillon\\signed') || undefined);
    expect(tasks.has('\\Carillon\\unsigned')).toBe(false);

    // What stands there already, and is refused, is signed on its own page.
    await wanda.goto(`${named}/jobs/unsigned?tab=hosts`);
    await wanda.getByText(fingerprint).waitFor();
    expect(await axeFaults(wanda)).toEqual([]);
    await wanda.getByRole('button', { name: 'Sign with a security key' }).click();
    await eventually(async () => tasks.has('\\Carillon\\unsigned') || undefined);
    await context.close();
  });

  it('breaks nothing on the way', () => {
    expect(complaints).toEqual([]);
  });
});
