import type pg from 'pg';
import { firingParts, signalSystem } from './alert-signals.js';

interface Unwell {
  /** `subscription:NAME` or `endpoint:CHANNEL`, in lower case. */
  readonly part: string;
  readonly code: 'subscription_stopped' | 'channel_stopped' | 'breaker_open';
  readonly name: string;
  readonly why: string | null;
}

/** One that fails is let through again now and then: it is closed by a success only. */
const isOpen = (row: string) => `jsonb_typeof(${row}.breaker->'openUntilMs') = 'number'`;

const texts: Readonly<Record<Unwell['code'], (unwell: Unwell) => string>> = {
  subscription_stopped: ({ name, why }) => `subscription ${name} is told nothing any more: ${why}`,
  channel_stopped: ({ name, why }) => `channel ${name} sends nothing any more: ${why}`,
  breaker_open: ({ name, part }) =>
    `the address of ${part.startsWith('sub') ? 'subscription' : 'channel'} ${name} does not take what is sent; it is tried again later`,
};

/**
 * Signals endpoints of channels and subscriptions that stopped or are left alone since they do not work, and those that
 * work again, were switched off or are gone. Each is said once when it begins and once when it is over.
 * @returns how many signals were written
 */
export async function endpointTurn(client: pg.PoolClient, nowMs: number): Promise<number> {
  const { rows } = await client.query<Unwell>(
    `SELECT 'subscription:' || s.name_key AS part, s.name, s.stopped->>'text' AS why,
       CASE WHEN s.stopped IS NULL THEN 'breaker_open' ELSE 'subscription_stopped' END AS code
     FROM subscription s WHERE s.enabled AND (s.stopped IS NOT NULL OR ${isOpen('s')})
     UNION ALL
     SELECT 'endpoint:' || c.channel, d.name, c.disabled->>'text',
       CASE WHEN c.disabled IS NULL THEN 'breaker_open' ELSE 'channel_stopped' END
     FROM channel_state c JOIN alert_document d ON d.kind = 'Channel' AND d.name_key = c.channel
     WHERE d.spec->>'enabled' IS DISTINCT FROM 'false' AND (c.disabled IS NOT NULL OR ${isOpen('c')})`,
  );
  const told = new Set([...(await firingParts(client, 'subscription:')), ...(await firingParts(client, 'endpoint:'))]);
  const now = new Map(rows.map((unwell) => [unwell.part, unwell]));
  const news = [...now.values()].filter(({ part }) => !told.has(part));
  const over = [...told].filter((part) => !now.has(part));
  for (const unwell of news) {
    const { part, code } = unwell;
    await signalSystem(client, { atMs: nowMs, part, ok: false, code, text: texts[code](unwell) });
  }
  for (const part of over)
    await signalSystem(client, {
      atMs: nowMs,
      part,
      ok: true,
      code: 'endpoint_ok',
      text: `${part} works again, or is gone`,
    });
  return news.length + over.length;
}
