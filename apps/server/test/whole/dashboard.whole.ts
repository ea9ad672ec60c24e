import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openBrowser } from './browser.js';
import { eventually, startProduct } from './product.js';

let product: Awaited<ReturnType<typeof startProduct>>;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

// Counts one line, then waits to be let on: whoever watches sees the first line while it runs.
const slowJob = (flag: string) => `kind: Job
name: slow
targets: { labels: { site: local } }
schedule: "0 5 * * *"
run:
  program: ${JSON.stringify(process.execPath)}
  arguments:
    - -e
    - |
      console.log('first line 备份');
      console.error('<b>careful</b>');
      const timer = setInterval(() => {
        if (!require('node:fs').existsSync(${JSON.stringify(flag)})) return;
        clearInterval(timer);
        console.log('last line');
        process.exitCode = 3;
      }, 50);
`;

beforeAll(async () => {
  if (browserPath === undefined) return;
  product = await startProduct();
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
  page.setDefaultTimeout(15_000);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`against the policy of this page: ${violatedDirective} ${blockedURI}`),
    );
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // Asking who is signed in, before anybody is, is answered 401.
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
  });
});
afterAll(async () => {
  await browser?.close();
  await product?.dispose();
});

/** One story in a real browser, told in order. */
describe.skipIf(browserPath === undefined)('the dashboard in a real browser', () => {
  const flag = () => join(product.folder, 'let-on');

  it('asks for signing in, and takes the link of the ready line once', async () => {
    await page.goto(product.url);
    await page.getByText('As the administrator of this server').waitFor();
    await page.goto(product.signInLink);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).not.toContain('ticket');
    const other = await browser.newContext({ locale: 'en-US' });
    const again = await other.newPage();
    await again.goto(product.signInLink);
    await again.getByRole('alert').waitFor();
    expect(await again.getByRole('alert').textContent()).toContain('used already');
    await other.close();
  });

  it('shows the host, the job and its next starts', async () => {
    const file = join(product.folder, 'slow.yaml');
    writeFileSync(file, slowJob(flag()));
    expect(await product.cli('apply', '-f', file)).toMatchObject({ code: 0 });
    await page.getByRole('link', { name: 'Hosts' }).click();
    await page.getByText('site=local').waitFor();
    await page.getByText('1/1').waitFor();
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.getByRole('link', { name: 'slow' }).click();
    await page.getByRole('tab', { name: 'Definition' }).click();
    await page
      .getByText(/ 05:00:00/)
      .first()
      .waitFor();
    await page.getByRole('tab', { name: 'Task' }).click();
    await page.getByText('<CalendarTrigger>').waitFor();
  });

  it('starts a job, shows its output while it runs, and its exit code afterwards', async () => {
    await page.getByRole('tab', { name: 'Runs' }).click();
    await page.getByRole('button', { name: 'Run now' }).click();
    const run = await eventually(
      async () => (await product.json<{ id: string; state: string }[]>('runs', '--job', 'slow'))[0],
    );
    await page.goto(`${product.url}/runs/${run.id}`);
    const log = page.getByRole('log');
    await log.getByText('first line 备份').waitFor();
    // What a program writes is text, whatever it looks like.
    await log.getByText('<b>careful</b>').waitFor();
    await page.getByText('running; new output appears here').waitFor();
    expect(await log.textContent()).not.toContain('last line');
    writeFileSync(flag(), '');
    await log.getByText('last line').waitFor();
    await page.getByText('3 (0x00000003)').waitFor();
    await page.getByText('failed', { exact: true }).waitFor();
  });

  it('changes language and colours, and remembers both', async () => {
    await page.getByRole('button', { name: 'admin' }).click();
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('link', { name: '作业' }).waitFor();
    await page.getByRole('button', { name: '深色' }).click();
    await page.reload();
    await page.getByRole('link', { name: '作业' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.mantineColorScheme)).toBe('dark');
  });

  it('loads nothing from elsewhere and breaks nothing', () => {
    expect(complaints).toEqual([]);
  });

  it('runs no script that stands in the page, should text of somebody ever come to stand there as markup', async () => {
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.ranInline = true';
      document.body.append(script);
      const button = document.createElement('button');
      button.setAttribute('onclick', 'window.ranInline = true');
      document.body.append(button);
      button.click();
      button.remove();
    });
    expect(await page.evaluate(() => 'ranInline' in window)).toBe(false);
    await eventually(() => Promise.resolve(complaints.some((text) => text.includes('script-src')) || undefined));
  });
});
