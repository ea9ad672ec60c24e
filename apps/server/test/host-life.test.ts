import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@carillon/agent/lib/log';
import { runAgent } from '@carillon/agent/programs/agent';
import { enroll } from '@carillon/agent/programs/enroll';
import { agentStatus } from '@carillon/agent/programs/status';
import { witnessOf } from '@carillon/agent/programs/witness';
import { agentFolderAt } from '@carillon/agent/state/agent-folder';
import { loadIdentity } from '@carillon/agent/state/identity';
import { buildEmulator, emulatedSchtasks } from '@carillon/agent/testing/emulated-scheduler';
import { api } from '@carillon/contract/http/api';
import { judgeWitness, witnessKeys } from '@carillon/core/audit/witness-check';
import { AdmissionModule } from '@carillon/server/features/admission/admission.module';
import { ApplyModule } from '@carillon/server/features/apply/apply.module';
import { AuditModule } from '@carillon/server/features/audit/audit.module';
import { EnrolmentTokensModule } from '@carillon/server/features/enrolment-tokens/enrolment-tokens.module';
import { HostsModule } from '@carillon/server/features/hosts/hosts.module';
import { AgentGateway } from '@carillon/server/gateway/agent-gateway';
import { GatewayModule } from '@carillon/server/gateway/gateway.module';
import { Witnesses } from '@carillon/server/gateway/witnesses.service';
import { startTestApp, type TestApp } from '@carillon/server/http/testing/test-app';
import { AuditCheckStore } from '@carillon/server/store/audit-check.store';
import { jobFile } from '@carillon/server/store/testing/fleet';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';

let app: TestApp;
let drop: () => Promise<void>;
let root: string;
beforeAll(async () => {
  buildEmulator();
  root = mkdtempSync(join(tmpdir(), 'carillon-life-'));
  const database = await cloneDatabase();
  drop = database.drop;
  const modules = [AuditModule, ApplyModule, HostsModule, AdmissionModule, EnrolmentTokensModule, GatewayModule];
  app = await startTestApp(database.url, { modules });
  app.app.get(AgentGateway).attach(app.app.getHttpServer());
}, 120_000);
afterAll(async () => {
  await app?.close();
  await drop?.();
  rmSync(root, { recursive: true, force: true });
});

const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 });

function run(data: string) {
  const controller = new AbortController();
  const ended = runAgent(data, silentLog, controller.signal);
  const stop = async () => {
    controller.abort();
    await ended;
  };
  onTestFinished(stop);
  return { stop, ended };
}

it('a host waits, is let in, changes its key, and goes', { timeout: 90_000 }, async () => {
  const [data, store] = [join(root, 'agent'), join(root, 'store')];
  const web = jobFile('Web', { targets: { labels: { role: 'web' } } });
  const identity = () => app.call(api.admission.identity, { name: 'WEB-01' });
  await app.call(api.jobs.apply, { body: { documents: [web], allowNoHosts: true } });
  const bounds = { labels: { role: 'web' }, hostNames: 'web-*', addresses: ['127.0.0.0/8'], needsApproval: true };
  const { token } = await app.call(api.hosts.createToken, { body: bounds });
  const schtasksCommand = JSON.stringify(emulatedSchtasks(store));
  const joined = await enroll({ server: app.origin, data, token, name: 'WEB-01', schtasksCommand }, {});
  expect(joined.waits).toBe(true);
  const task = join(store, 'Tasks', 'Carillon', 'Web');

  // 1. It waits: connected, shown with the key that it shows itself, and without a task.
  const first = run(data);
  await until(() => expect(agentStatus(data).contact.waits).toBe(true));
  const before = agentStatus(data).keyFingerprint ?? '';
  expect(await identity()).toMatchObject({ state: 'pending', keyFingerprint: before });
  await app.call(api.admission.approve, { name: 'WEB-01', body: { fingerprint: before } });
  await until(() => expect(existsSync(task)).toBe(true));

  // 2. Another key, by which it comes back after it was started anew.
  await app.call(api.admission.rotateKey, { name: 'WEB-01' });
  await until(async () => expect(await identity()).toMatchObject({ keyWanted: false }));
  await until(() => expect(agentStatus(data).keyFingerprint).not.toBe(before));
  expect(await identity()).toMatchObject({ keyFingerprint: agentStatus(data).keyFingerprint });
  await first.stop();
  const second = run(data);
  await until(() => expect(agentStatus(data).connected).toBe(true));

  // 3. It is a witness of the audit, to whoever asks through the server and to whoever asks the host itself.
  await new AuditCheckStore(app.database).turn(null, false, Date.now());
  await app.app.get(Witnesses).look(Date.now());
  const [asked] = await until(async () => {
    const { items } = await app.call(api.audit.witnesses, {});
    expect(items).toMatchObject([{ host: 'WEB-01', state: 'answered', ends: [{}] }]);
    return items;
  });
  const own = witnessOf(data);
  expect(asked).toMatchObject({ ends: own.ends, keys: own.keys });
  const said = { host: own.host, ends: own.ends, keys: own.keys ?? null };
  const { items: rows } = await app.call(api.audit.chain, { limit: 500 });
  const keys = witnessKeys([said], null)?.keys ?? [];
  const judge = (kept: typeof rows) => judgeWitness(said, keys, new Map(kept.map(({ seq, hash }) => [seq, hash]))).code;
  expect([judge(rows), judge(rows.slice(0, 1))]).toEqual(['fits', 'cut_off']);

  // 4. It goes: nothing of ours is left there, and here what it did.
  await app.call(api.admission.decommission, { name: 'WEB-01', body: {} });
  await second.ended;
  expect(existsSync(task)).toBe(false);
  expect(loadIdentity(agentFolderAt(data))).toBeUndefined();
  expect(await identity()).toMatchObject({ state: 'retired', tasks: 0 });
  const { items } = await app.call(api.hosts.list, {});
  expect(items.map(({ name }) => name)).not.toContain('WEB-01');

  // 5. The machine joins again: another host with the same name.
  const { token: again } = await app.call(api.hosts.createToken, { body: { labels: { role: 'web' } } });
  await enroll({ server: app.origin, data, token: again, name: 'WEB-01', schtasksCommand }, {});
  run(data);
  await until(() => expect(existsSync(task)).toBe(true));
  expect(await identity()).toMatchObject({ state: 'active' });
});
