import { allRoutes, api } from '@carillon/contract/http/api';
import { describe, expect, it } from 'vitest';
import { requireHandlers } from './require-handlers.js';

const all = allRoutes().map(({ route }) => route);

describe('the check at start', () => {
  it('is content when every route has one handler', () => {
    expect(() => requireHandlers(all)).not.toThrow();
  });

  it('names routes without a handler and those with two', () => {
    const handled = [...all.filter((route) => route !== api.runs.stop), api.hosts.get];
    expect(() => requireHandlers(handled)).toThrow(
      'routes of the API: hosts.get has 2 handlers; runs.stop has no handler',
    );
  });
});
