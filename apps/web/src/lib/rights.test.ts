import { describe, expect, it } from 'vitest';
import { mayEverywhere, maySomewhere } from './rights.js';

describe('what somebody is offered', () => {
  it('is what a role of theirs allows, in some scope or in all of it', () => {
    const grants = ['viewer@all', 'editor@team:data+runas:service'];
    expect(maySomewhere(grants, 'job.write')).toBe(true);
    expect(mayEverywhere(grants, 'job.write')).toBe(false);
    expect(mayEverywhere(grants, 'read')).toBe(true);
    expect(maySomewhere(grants, 'access.manage')).toBe(false);
    expect(mayEverywhere(['admin@all+runas:system'], 'access.manage')).toBe(true);
    // A team may be called so.
    expect(mayEverywhere(['admin@team:all'], 'access.manage')).toBe(false);
  });

  it('is nothing to those without a grant, and everything where an older server does not tell', () => {
    expect(maySomewhere([], 'read')).toBe(false);
    expect(mayEverywhere(undefined, 'access.manage')).toBe(true);
  });
});
