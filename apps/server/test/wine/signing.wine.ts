import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findWine, startWine } from '@carillon/testkit/wine';
import { afterAll, describe, expect, it } from 'vitest';
import { buildAgent } from '../../../../tools/agent-exe/build-agent.mjs';
import { isSigned } from '../../../../tools/agent-exe/pe-signature.mjs';
import { hasSigner, readSignature } from '../../../../tools/agent-exe/sign.mjs';
import { buildInstaller, hasInstallerTools } from '../../../../tools/agent-msi/build-msi.mjs';
import { agentExe } from './windows-host.js';

const repository = resolve(import.meta.dirname, '../../../..');
const has = (tool: string) => spawnSync(tool, ['version']).error === undefined;
const wine = findWine();

const folder = mkdtempSync(join(tmpdir(), 'carillon-signing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A certificate that nobody trusts, for signing code. */
function selfMade(): { certificate: string; key: string } {
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  if (!existsSync(certificate)) {
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Carillon test signer'],
      ...['-addext', 'keyUsage=digitalSignature', '-addext', 'extendedKeyUsage=codeSigning'],
      ...['-keyout', key, '-out', certificate],
    ]);
    if (made.status !== 0) throw new Error(String(made.stderr));
  }
  return { certificate, key };
}

const progress = () => undefined;

// The program is made where Wine is: see `npm run test:wine`.
describe.skipIf(!hasSigner() || !has('openssl') || !existsSync(agentExe))(
  'signed with a certificate of one’s own',
  () => {
    it('the program names its signer, is intact, and starts', async () => {
      const { file } = await buildAgent(repository, { out: folder, progress, signing: selfMade() });
      const { intact, signers } = readSignature(file);
      expect(intact).toBe(true);
      // Node's own signature is gone: it would not hold any more.
      expect([...new Set(signers)]).toEqual([expect.stringContaining('Carillon test signer')]);
      expect(isSigned(readFileSync(file))).toBe(true);
      expect(isSigned(readFileSync(agentExe))).toBe(false);
      if (wine.kind === 'missing') return;
      const windows = await startWine(wine, join(folder, 'wine'));
      try {
        expect(await windows.run(windows.windowsPath(file), ['--version'])).toMatchObject({
          code: 0,
          stdout: '0.1.0\n',
        });
      } finally {
        await windows.stop();
      }
    });

    it('a program that was changed afterwards is not intact', async () => {
      const { file } = await buildAgent(repository, { out: folder, progress, signing: selfMade() });
      const bytes = readFileSync(file);
      bytes.writeUInt8(bytes.readUInt8(100_000) ^ 1, 100_000);
      const changed = join(folder, 'changed.exe');
      writeFileSync(changed, bytes);
      expect(readSignature(changed).intact).toBe(false);
    });

    it('a key that does not belong to the certificate is refused in the tool’s words, and nothing is left', async () => {
      const { certificate } = selfMade();
      const other = join(folder, 'other.pem');
      spawnSync('openssl', ['genrsa', '-out', other, '2048']);
      const out = join(folder, 'refused');
      await expect(buildAgent(repository, { out, progress, signing: { certificate, key: other } })).rejects.toThrow(
        'osslsigncode sign failed',
      );
      expect(readdirSync(out)).toEqual([]);
    });

    it.skipIf(!hasInstallerTools())('the installer names its signer too', () => {
      const agent = { program: agentExe, version: '0.1.0', sha256: 'any' };
      const { file } = buildInstaller(agent, { out: folder, progress, signing: selfMade() });
      const { stdout } = spawnSync('osslsigncode', ['verify', '-in', file], { encoding: 'utf8' });
      expect(stdout).toContain('Carillon test signer');
      const [current, calculated] = ['Current', 'Calculated'].map(
        (name) => new RegExp(`${name} DigitalSignature\\s*: (\\S+)`).exec(stdout)?.[1],
      );
      expect(current).toBeDefined();
      expect(calculated).toBe(current);
    });
  },
);
