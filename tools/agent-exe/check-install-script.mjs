import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/**
 * Runs the PowerShell installer as a new host would, against a server that offers the program but takes no agents.
 * Windows only.
 * @param {(facts: { origin: string, sha256: string }) => string} installScript
 * @param {{ file: string, sha256: string }} agent
 * @param {string} folder for what gets installed
 * @returns {Promise<{ what: string, kept: boolean, why: string }[]>}
 */
export async function checkInstallScript(installScript, agent, folder) {
  let sha256 = '0'.repeat(64);
  const server = createServer((request, response) => {
    if (request.url === '/install.ps1') return response.end(installScript({ origin, sha256 }));
    if (request.url === '/downloads/carillon-agent.exe') return createReadStream(agent.file).pipe(response);
    response.statusCode = 404;
    return response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const place = join(folder, 'Program Files', 'Agent');
  const installed = join(place, 'carillon-agent.exe');
  const line = `& ([scriptblock]::Create((Invoke-RestMethod -UseBasicParsing '${origin}/install.ps1'))) -Token 'x' -Folder '${place}'`;
  try {
    const wrong = await powershell(line);
    const refused = {
      what: 'the installer script refuses a program with another hash',
      kept: /Nothing was installed/.test(wrong) && !existsSync(installed),
      why: wrong,
    };
    sha256 = agent.sha256;
    const right = await powershell(line);
    const placed = {
      what: 'the installer script puts the program in place and hands over to it',
      kept: existsSync(installed) && /carillon-agent ended with exit code 1/.test(right),
      why: right,
    };
    return [refused, placed];
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** @returns everything it said; PowerShell breaks lines at the console's width, which is undone */
async function powershell(command) {
  const child = spawn('powershell', ['-NoProfile', '-NonInteractive', '-Command', command], { windowsHide: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes));
  await once(child, 'close');
  return said.replace(/\s+/g, ' ');
}
