import { hostStates } from '@carillon/core/state/states';
import { z } from 'zod';
import { defineRoutes, instant, nameParam } from './route.js';

const tag = 'hosts';
const host = z.object({ name: nameParam });

/** An agent process that came with the identity of a host. */
const copy = z.object({
  instance: z.uuid(),
  /** `current`: it works as the host. `quarantined`: it is shut out. `barred`: so, because somebody said that it is not the host. */
  state: z.enum(['current', 'quarantined', 'barred']),
  hostname: z.string(),
  /** Of the machine, in short: two that differ are two machines. */
  machine: z.string(),
  lastSeenAt: instant,
});

/** How hosts come in, change their key, and go. */
export const admissionRoutes = defineRoutes({
  identity: {
    method: 'GET',
    path: '/hosts/:name/identity',
    tag,
    summary: 'By which a host is known: its key, since when it has it, and who else came as this host',
    params: host,
    response: z.object({
      name: z.string(),
      state: z.enum(hostStates),
      /** To be compared with what `carillon-agent status` shows on the host. */
      keyFingerprint: z.string(),
      keySince: instant,
      /** Another key is asked for, or on its way. */
      keyWanted: z.boolean(),
      /** Address from which it joined; null where nobody kept it. */
      joinedFrom: z.string().nullable(),
      joinedAt: instant,
      /** Job tasks that are taken away when it is decommissioned. */
      tasks: z.int(),
      retiredAt: instant.nullable(),
      copies: z.array(copy),
    }),
  },
  approve: {
    method: 'POST',
    path: '/hosts/:name/approval',
    tag,
    summary: 'Let a host in that waits for it',
    params: host,
    body: z.object({
      /** What the host itself shows; refused where it is another. */
      fingerprint: z.string().max(100).optional(),
    }),
    response: z.object({ name: z.string(), keyFingerprint: z.string() }),
  },
  refuse: {
    method: 'DELETE',
    path: '/hosts/:name/approval',
    tag,
    summary: 'Send away a host that waits to be let in; nothing of it is kept',
    params: host,
    response: z.object({ name: z.string() }),
  },
  rotateKey: {
    method: 'POST',
    path: '/hosts/:name/rotate-key',
    tag,
    summary: 'Ask a host for another key; the one before is refused from then on',
    params: host,
    response: z.object({ name: z.string(), isConnected: z.boolean() }),
  },
  keepCopy: {
    method: 'POST',
    path: '/hosts/:name/copies/:instance/keep',
    tag,
    summary: 'Say which of two agents with one identity is the host; the other one is shut out',
    params: host.extend({ instance: z.uuid() }),
    response: z.object({ name: z.string(), hostname: z.string() }),
  },
  decommission: {
    method: 'POST',
    path: '/hosts/:name/decommission',
    tag,
    summary: 'Take a host out: its agent removes our tasks, tells what is untold, forgets its key and ends',
    params: host,
    body: z.object({
      /** Do not wait for its agent: its key is refused at once, and it learns of it when it comes back. */
      force: z.boolean().default(false),
    }),
    response: z.object({ name: z.string(), state: z.enum(hostStates) }),
  },
});
