import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientId,
  clientSecret,
  type RealProvider,
  startProvider,
} from '../../src/features/session/testing/real-provider.js';
import { browserPath, openBrowser } from './browser.js';
import { startProduct } from './product.js';

let provider: RealProvider;
let product: Awaited<ReturnType<typeof startProduct>>;
let browser: Browser;
beforeAll(async () => {
  if (browserPath === undefined) return;
  // Another site than the product's, as in earnest: cookies that stay with their site are put to the test.
  provider = await startProvider('localhost');
  product = await startProduct({
    CARILLON_OIDC_ISSUER: provider.issuer,
    CARILLON_OIDC_CLIENT_ID: clientId,
    CARILLON_OIDC_CLIENT_SECRET: clientSecret,
    CARILLON_OIDC_NAME: 'Corp',
    CARILLON_OIDC_SCOPE: 'openid profile groups',
    CARILLON_OIDC_GROUPS: JSON.stringify({ Operations: ['viewer@all'] }),
  });
  provider.allow(`${product.url}/api/v1/sign-in/oidc/callback`);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await product?.dispose();
  await provider?.stop();
});

describe.skipIf(browserPath === undefined)('signing in at an identity provider, in a real browser', () => {
  it('leads back to the page that was asked for, signed in with the rights of one’s groups', async () => {
    provider.setPerson({ sub: 's-1', preferred_username: 'ann', groups: ['Operations'] });
    const page = await browser.newPage({ locale: 'en-US' });
    page.setDefaultTimeout(30_000);
    await page.goto(`${product.url}/hosts`);
    await page.getByRole('link', { name: 'Sign in with Corp' }).click();
    await page.getByText('site=local').waitFor();
    expect(new URL(page.url()).pathname).toBe('/hosts');
    await page.goto(`${product.url}/account`);
    await page.getByRole('heading', { name: 'ann' }).waitFor();
    await page.getByText('viewer@all').waitFor();
    const cookies = await page.context().cookies(product.url);
    expect(cookies.filter(({ name }) => name.startsWith('carillon'))).toMatchObject([
      { httpOnly: true, sameSite: 'Strict' },
    ]);
    await page.close();
  });

  it('says why not, and offers the other ways', async () => {
    provider.setPerson(null);
    const context = await browser.newContext({ locale: 'en-US' });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(product.url);
    await page.getByRole('link', { name: 'Sign in with Corp' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('declined');
    expect(new URL(page.url()).hash).toBe('');
    await page.getByLabel('Name').waitFor();
    await context.close();
  });
});
