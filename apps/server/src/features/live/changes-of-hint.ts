import type { LiveChange } from '@carillon/core/live/changes';
import type { Hint } from '../../queue/hints.js';

/** What a page that is open should look at anew after a hint. */
export function changesOfHint({ kind, hostIds }: Hint): LiveChange[] {
  const onHosts = hostIds.length > 0 ? hostIds : null;
  switch (kind) {
    case 'runs':
    case 'command':
      return [{ topic: 'runs', hostIds: onHosts }];
    case 'desired':
    case 'reported':
      return [
        { topic: 'jobs', hostIds: null },
        { topic: 'hosts', hostIds: onHosts },
      ];
    case 'session':
    case 'inventory':
    case 'upgrade':
    case 'admission':
      return [{ topic: 'hosts', hostIds: onHosts }];
    case 'incidents':
    case 'notices':
    case 'tickets':
      return [{ topic: 'incidents', hostIds: null }];
    // The engine has not looked yet; it says `incidents` when it has.
    case 'alerts':
    // Said together with `incidents`.
    case 'events':
    case 'access':
    // Only hosts do something about it.
    case 'secret':
      return [];
  }
}
