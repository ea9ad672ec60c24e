import { join, resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { browserPath, openBrowser } from './browser.js';
import { startProduct } from './product.js';

// Not a test: `npm run screenshots` writes the pictures of the documentation, of the demo.
const folder = resolve(import.meta.dirname, '../../../../docs/images');
const desk = { viewport: { width: 1280, height: 800 } };
/** A machine that does other things as well takes its time to fill a demo. */
const fillMs = 600_000;
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

let product: Awaited<ReturnType<typeof startProduct>>;
let browser: Browser;
let state: Exclude<BrowserContextOptions['storageState'], undefined>;
let incident: number;
let run: string;
beforeAll(async () => {
  if (browserPath === undefined) throw new Error('no browser was found; CARILLON_CHROMIUM names one');
  product = await startProduct({ CARILLON_DEMO_HOSTS: process.env.CARILLON_DEMO_HOSTS ?? '300' }, undefined, [
    '--demo',
  ]);
  await product.shows(/the demo is filled/);
  browser = await openBrowser();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(product.signInLink);
  await page.getByRole('heading', { level: 1 }).waitFor();
  state = await context.storageState();
  await context.close();
  const open = await product.json<{ number: number; job: string | null; severity: string }[]>('incidents');
  incident = (open.find(({ job }) => job === 'sql-full-backup') ?? open[0])?.number ?? 1;
  const failed = await product.json<{ id: string }[]>('runs', '--job', 'sql-full-backup', '--state', 'failed');
  run = failed[0]?.id ?? '';
}, fillMs);
afterAll(async () => {
  await browser?.close();
  await product?.dispose();
});

interface Shot {
  readonly path: () => string;
  readonly options?: BrowserContextOptions;
  readonly zh?: true;
  readonly dark?: true;
  readonly before?: (page: Page) => Promise<unknown>;
}

const shots: Record<string, Shot> = {
  overview: { path: () => '/' },
  tour: {
    path: () => '/?first=true',
    before: async (page) => {
      await page.getByRole('button', { name: 'Show me around' }).click();
      await page.getByText('1 of 7').waitFor();
    },
  },
  finder: {
    path: () => '/jobs',
    dark: true,
    before: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Find or do' }).fill('backup');
      await page.getByRole('option', { name: /^sql-full-backup/ }).waitFor();
    },
  },
  editor: { path: () => '/jobs/sql-full-backup/edit' },
  timeline: { path: () => '/timeline' },
  run: { path: () => `/runs/${run}` },
  host: { path: () => '/hosts/berlin-db-01', dark: true },
  incident: { path: () => `/incidents/${incident}` },
  'jobs-zh': { path: () => '/jobs', zh: true },
  'incident-phone': { path: () => `/incidents/${incident}`, options: phone, dark: true },
};

it.each(Object.entries(shots))('%s', async (name, { path, options = desk, zh, dark, before }) => {
  const context = await browser.newContext({
    ...options,
    storageState: state,
    locale: zh ? 'zh-CN' : 'en-US',
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  await context.addInitScript((language) => localStorage.setItem('carillon-language', language), zh ? 'zh' : 'en');
  // What is offered to newcomers would take the room.
  await context.addInitScript(() => localStorage.setItem('carillon-first-steps', 'hidden'));
  await context.addInitScript(() => localStorage.setItem('carillon-tour:admin', 'no'));
  const page = await context.newPage();
  page.setDefaultTimeout(100_000);
  await page.goto(`${product.url}${path()}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => document.querySelector('main [aria-busy=true]') === null);
  await before?.(page);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  await context.close();
});
