import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hostname, release, type, version } from 'node:os';
import type { Body } from '@carillon/contract/agent/catalog';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { Settings } from '../state/settings.js';
import { hostTimezone } from '../zones/host-timezone.js';
import { agentVersion } from './agent-version.js';
import { capabilities } from './capabilities.js';

/** What the centre is told about this host. `name` stands in for the host name where several agents share a machine. */
export function hostFactsOf(
  scheduler: Settings['scheduler']['kind'],
  name?: string,
  also: readonly string[] = [],
  codePage?: number,
): Body<'hello'>['facts'] {
  return {
    hostname: name ?? hostname(),
    // Windows says its edition there, Linux the date its kernel was built.
    os: `${process.platform === 'win32' ? version() : type()} ${release()}`.slice(0, 200),
    timezone: hostTimezone(),
    agentVersion,
    scheduler,
    capabilities: [...capabilities, ...also],
    ...(codePage === undefined ? {} : { codePage }),
    fingerprint: sha256Hex(`${machineId()}\n${name ?? hostname()}`),
  };
}

/** The machine's own identifier: MachineGuid on Windows [K], /etc/machine-id on Linux; else the host name. */
function machineId(): string {
  if (process.platform === 'win32') {
    try {
      const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography';
      return execFileSync('reg', ['query', key, '/v', 'MachineGuid'], {
        encoding: 'utf8',
        timeout: 5_000,
        windowsHide: true,
      }).trim();
    } catch {
      return hostname();
    }
  }
  return existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8').trim() : hostname();
}
