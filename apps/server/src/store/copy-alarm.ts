import { type ClaimingMachine, copyDecidedReason, copyPart, copyReason } from '@carillon/core/host/identity-claim';
import { signalSystem } from './alert-signals.js';
import type { Transaction } from './database.store.js';
import type { Client } from './pool-transaction.js';

interface MachineRow extends Pick<ClaimingMachine, 'hostname' | 'address'> {
  readonly host: string;
  readonly instance: string;
  readonly state: string;
  readonly firstSeenAt: Date;
}

/** A copy of a host was found out: people are told of both, by the policy `system`. @param shutOut the process that does not work as it */
export async function raiseCopy(client: Client, hostId: string, shutOut: string, nowMs: number): Promise<void> {
  const { rows } = await client.query<MachineRow>(
    `SELECT h.name AS host, i.instance, i.state, i.hostname, i.address, i.first_seen_at AS "firstSeenAt"
     FROM agent_instance i JOIN host h ON h.id = i.host_id WHERE i.host_id = $1 AND (i.state = 'current' OR i.instance = $2)`,
    [hostId, shutOut],
  );
  const copy = rows.find(({ instance }) => instance === shutOut);
  if (!copy) return;
  const works = rows.find(({ instance, state }) => instance !== shutOut && state === 'current');
  const { code, text } = copyReason(copy.host, works ? machineOf(works) : null, machineOf(copy));
  await signalSystem(client, { atMs: nowMs, part: copyPart(copy.host), ok: false, code, text });
}

function machineOf({ hostname, address, firstSeenAt }: MachineRow): ClaimingMachine {
  return { hostname, address, firstSeenMs: firstSeenAt.getTime() };
}

/** Somebody decided. @param kept as the one that is the host calls itself; null: the host was taken out */
export async function settleCopy(tx: Transaction, host: string, kept: string | null): Promise<void> {
  const { code, text } = copyDecidedReason(host, kept);
  const part = copyPart(host);
  const data = JSON.stringify({ part, ok: true, code, text });
  await tx.$executeRaw`
    INSERT INTO alert_signal (kind, at, data) SELECT 'system', now(), ${data}::jsonb
    WHERE EXISTS (SELECT FROM alert WHERE policy = 'system' AND what = ${part} AND state <> 'resolved')
      OR EXISTS (SELECT FROM alert_signal WHERE kind = 'system' AND data->>'part' = ${part})`;
}
