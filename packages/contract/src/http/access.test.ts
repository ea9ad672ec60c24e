import { describe, expect, it } from 'vitest';
import { access, accessOf, requireAccess } from './access.js';
import { allRoutes } from './api.js';

describe('the access of routes', () => {
  it('is said for each of them', () => {
    expect(requireAccess).not.toThrow();
    for (const { id, route } of allRoutes()) expect(accessOf(route), id).toBeDefined();
    const said = Object.entries(access).flatMap(([group, acts]) => Object.keys(acts).map((act) => `${group}.${act}`));
    expect(said.sort()).toEqual(
      allRoutes()
        .map(({ id }) => id)
        .sort(),
    );
  });
});
