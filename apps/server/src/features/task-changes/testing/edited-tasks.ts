import { join } from 'node:path';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { onHost } from '@carillon/core/job/host-overrides';
import { type JobSpec, makeManifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { cloneDatabase } from '@carillon/testkit/database';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { joinToken, startGateway } from '../../../gateway/testing/gateway-fixture.js';
import { newId } from '../../../gateway/testing/run-events.js';
import { facts, ScriptedAgent } from '../../../gateway/testing/scripted-agent.js';
import { makeApiToken } from '../../../http/api-token.js';
import { hashSecret } from '../../../http/secrets.js';
import { startTestApp } from '../../../http/testing/test-app.js';
import { ApplyModule } from '../../apply/apply.module.js';
import { AuditModule } from '../../audit/audit.module.js';
import { CommandsModule } from '../../commands/commands.module.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { RequestsModule } from '../../requests/requests.module.js';
import { TaskAdoptionService } from '../task-adoption.service.js';
import { TaskChangesModule } from '../task-changes.module.js';

type Edit = (task: TaskDefinition) => TaskDefinition;

/** With what a host of these tests compares its tasks. */
export const comparedWith = { timezone: 'UTC', runner: { command: 'C:\\agent.exe', arguments: ['run'] }, sids: {} };

/** An edit of a task's settings. */
export const set =
  (settings: TaskDefinition['settings']): Edit =>
  (task) => ({ ...task, settings: { ...task.settings, ...settings } });

export type EditedTasks = Awaited<ReturnType<typeof startEditedTasks>>;
export interface TestHost {
  readonly name: string;
  readonly agentId: string;
  readonly agent: ScriptedAgent;
  /** @returns the id of the event */
  send(data: object): Promise<string>;
}

/** A server with its gateway, jobs that keep what was edited, and hosts that tell what was done to their tasks. */
export async function startEditedTasks() {
  const database = await cloneDatabase();
  const gateway = await startGateway(database.url);
  const app = await startTestApp(database.url, {
    modules: [TaskChangesModule, AuditModule, CommandsModule, ApplyModule, JobsModule, RequestsModule],
    // As several servers do.
    config: {
      signerKeyFile: join(gateway.folder, 'signer.key'),
      secretsKeyFile: join(gateway.folder, 'secrets.key'),
    },
  });

  /** What the audit says of a route. */
  async function audited(route: string): Promise<unknown[]> {
    const { rows } = await app.database.pool.query<{ body: string }>('SELECT body FROM audit_entry ORDER BY seq');
    return rows.map(({ body }) => JSON.parse(body)).filter((row: { route: unknown }) => row.route === route);
  }

  /** A job on hosts whose edits are kept, and what these hosts tell. */
  async function makeJob(count: number | readonly TestHost[] = 1, more: Record<string, unknown> = {}) {
    const hosts =
      typeof count === 'number' ? await Promise.all(Array.from({ length: count }, () => makeHost())) : count;
    const name = `job-${newId()}`;
    const targets = { hosts: hosts.map((host) => host.name) };
    const run = { program: 'C:\\x.exe' };
    const document = { kind: 'Job', name, targets, schedule: '0 2 * * *', run, onDrift: 'adopt', ...more };
    const apply = (change: object = {}) =>
      app.call(jobRoutes.apply, {
        body: { documents: [{ ...document, ...change }], dryRun: false, allowNoHosts: false },
      });
    await apply();
    const { id: jobId } = await app.call(jobRoutes.get, { name });
    const job = async () => {
      const { version, spec } = await app.call(jobRoutes.get, { name });
      return { version, spec: spec as unknown as JobSpec };
    };
    /** The host tells that it found its task of a version edited so. */
    const tell = async (edit: Edit, { host = hosts[0]!, version = 1, change = {} } = {}) => {
      const { spec } = await app.call(jobRoutes.version, { name, version });
      const manifest = onHost(makeManifest(jobId, version, spec as unknown as JobSpec), host.name);
      const task = taskForJob(manifest, { hostTimezone: 'UTC', runner: comparedWith.runner, agentId: host.agentId });
      if (!task.ok) throw new Error('not registrable');
      const definition = writeTaskXml(edit(task.value.definition));
      return host.send({
        kind: 'task.changed',
        jobId,
        version,
        state: 'drifted',
        found: 'edited',
        differences: ['x'],
        message: null,
        definitionHash: sha256Hex(definition),
        definition,
        comparedWith,
        changedAt: '2026-11-26T02:00:00.000Z',
        changedBy: 'CORP\\ann',
        ...change,
      });
    };
    const look = () => app.app.get(TaskAdoptionService).look();
    const changes = async () => (await app.call(jobRoutes.taskChanges, { name })).items;
    return { name, jobId, hosts, apply, job, tell, look, changes };
  }

  async function addApprover(): Promise<string> {
    const [accountId, { id, token }] = [newId(), makeApiToken()];
    const grants = JSON.stringify([{ role: 'approver', scope: { all: true } }]);
    await app.database.pool.query(
      `INSERT INTO account (id, name, name_key, kind, grants, author) VALUES ($1::uuid, $2, $2, 'person', $3, 'test')`,
      [accountId, `a${accountId}`, grants],
    );
    await app.database.pool.query(
      `INSERT INTO api_token (id, account_id, name, hash, area, author, expires_at)
       VALUES ($1, $2, 't', $3, 'all', 'test', now() + interval '1 hour')`,
      [id, accountId, hashSecret(token)],
    );
    return token;
  }

  async function makeHost(more: readonly string[] = ['repair']): Promise<TestHost> {
    const agent = await ScriptedAgent.dial(gateway.port);
    const name = `host-${newId()}`;
    const capabilities = ['adopt', 'overrides', 'override-settings', ...more];
    const said = { ...facts, hostname: name, capabilities };
    const identity = await agent.enroll(await joinToken(gateway), said);
    await agent.hello(identity, { facts: said });
    let seq = 0;
    const send = async (data: object) => {
      seq += 1;
      const eventId = newId();
      agent.send('events', {
        epoch: 1,
        firstSeq: seq,
        items: [{ seq, eventId, at: '2026-11-26T02:00:01.000Z', data }],
      });
      await agent.take('ack');
      return eventId;
    };
    return { name, agentId: identity.agentId, send, agent };
  }

  async function close(): Promise<void> {
    await app.close();
    await gateway.close();
    await database.drop();
  }
  return { app, gateway, audited, makeJob, makeHost, addApprover, close };
}
