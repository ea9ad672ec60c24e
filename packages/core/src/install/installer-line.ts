/** The two ways to bring the agent to a Windows host, each one line without a question. */
export const installerLineKinds = ['powershell', 'msi'] as const;
export type InstallerLineKind = (typeof installerLineKinds)[number];

/** Where servers offer the agent, below their origin. */
export const installScriptPath = '/install.ps1';
export const downloadPathOf = (file: string): string => `/downloads/${file}`;
export const agentProgramFile = 'carillon-agent.exe';
export const agentInstallerFile = 'carillon-agent.msi';

/**
 * What a person pastes on a Windows host, in a PowerShell or a console with an administrator's rights.
 * @param origin of the server as the host reaches it, `https://carillon.example.com`
 * @param token join token; it stands in the line and nowhere in what the server sends
 */
export function installerLine(kind: InstallerLineKind, origin: string, token: string): string {
  switch (kind) {
    case 'powershell': {
      // Windows PowerShell before 2019 does not offer TLS 1.2 by itself.
      const modern = origin.startsWith('https:') ? "[Net.ServicePointManager]::SecurityProtocol = 'Tls12'; " : '';
      const script = `Invoke-RestMethod -UseBasicParsing ${quoted(origin + installScriptPath)}`;
      return `${modern}& ([scriptblock]::Create((${script}))) -Token ${quoted(token)}`;
    }
    case 'msi':
      return `msiexec /i ${origin}${downloadPathOf(agentInstallerFile)} /qn SERVER=${origin} TOKEN=${token}`;
  }
}

/** An address by which only this very computer can be reached: hosts need another. */
export function isThisComputerOnly(origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
