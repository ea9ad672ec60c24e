import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { countOf } from './print.js';
import { safeText } from './safe-text.js';
import type { Session } from './session.js';

const firstPollMs = 200;
const longestPollMs = 2_000;
const namesShown = 10;

/**
 * Asks a host, or all of them, for their tasks as they are now, and waits until those that are connected have told
 * them. Says on standard error who cannot be asked, how far it is, and who did not answer.
 * @returns false when the time was over before all had answered
 */
export async function refreshTasks(session: Session, host: string | undefined, seconds: number): Promise<boolean> {
  const { stderr } = session.io;
  const body = host === undefined ? {} : { hosts: [host] };
  const asked = await session.call(inventoryRoutes.refreshAll, { body });
  const say = (text: string) => stderr.write(`${text}\n`);
  if (asked.offlineCount > 0) say(`not connected, so as last told: ${namesOf(asked.offline, asked.offlineCount)}`);
  if (asked.unable.length > 0)
    say(`cannot tell their tasks, upgrade the agent: ${namesOf(asked.unable, asked.unable.length)}`);
  const untilMs = session.io.now() + seconds * 1000;
  let shown = '';
  for (let wait = firstPollMs; ; wait = Math.min(wait * 1.5, longestPollMs)) {
    const query = { since: asked.requestedAt, ...(host === undefined ? {} : { host }) };
    const late = asked.asked === 0 ? { count: 0, hosts: [] } : await session.call(inventoryRoutes.stale, query);
    if (late.count === 0) return true;
    const progress = `waiting for ${countOf(late.count, 'host')} of ${asked.asked}`;
    if (stderr.isTTY && progress !== shown) say(progress);
    shown = progress;
    if (session.io.now() >= untilMs) {
      say(`no answer within ${seconds} s, so as last told: ${namesOf(late.hosts, late.count)}`);
      return false;
    }
    await session.io.sleep(wait);
  }
}

function namesOf(names: readonly string[], count: number): string {
  const some = names.slice(0, namesShown).map(safeText).join(', ');
  return count > namesShown ? `${some} and ${count - namesShown} more` : some;
}
