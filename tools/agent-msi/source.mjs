/** Never changes: by it Windows knows that two installers are of one product. */
const upgradeCode = '5B0C6C0E-8B8C-4C0A-9C7C-1E6B0B8E2D31';
const componentCode = '7C9F7F1A-5B7E-4A4F-9A39-6F4E0B1A7C11';

/** Types of custom actions: a program that the installer brings, run as SYSTEM in its turn. */
const type = { ownProgram: 18, ignoreExitCode: 64, inRollback: 256, inTurn: 1024, asSystem: 2048, hidden: 8192 };
const own = type.ownProgram + type.inTurn + type.asSystem;

const upgradeOf = { sameVersionToo: 1 + 512 };

const removing = 'REMOVE~="ALL"';
const replacing = `${removing} AND UPGRADINGPRODUCTCODE`;
const joining = 'SERVER AND TOKEN';

/**
 * What the installer has the agent do, in order. Removing never fails for what the agent has to say: a product that
 * cannot be uninstalled is worse than a task that is left behind.
 */
export const actions = [
  // The installer of an older version, while a newer one replaces it: the tasks stay, runs under way go on.
  { name: 'StopAgentToReplace', type: own + type.ignoreExitCode, does: 'stop', sequence: 3480, when: replacing },
  {
    name: 'RemoveTasks',
    type: own + type.ignoreExitCode,
    does: 'uninstall --keep-data',
    sequence: 3481,
    when: `${removing} AND NOT UPGRADINGPRODUCTCODE AND NOT REMOVEDATA`,
  },
  {
    name: 'RemoveTasksAndData',
    type: own + type.ignoreExitCode,
    does: 'uninstall --remove-data',
    sequence: 3482,
    when: `${removing} AND NOT UPGRADINGPRODUCTCODE AND REMOVEDATA`,
  },
  // Task Scheduler may have started the old program again just before it went.
  { name: 'StopAgent', type: own + type.ignoreExitCode, does: 'stop', sequence: 4001, when: 'NOT REMOVE' },
  // When the next does not come to its end: no task of a program that is gone again.
  {
    name: 'TakeBack',
    type: own + type.inRollback + type.ignoreExitCode,
    does: 'uninstall --keep-data',
    sequence: 4002,
    when: 'NOT Installed AND NOT WIX_UPGRADE_DETECTED',
  },
  {
    name: 'JoinAndStart',
    // Without its command line in the log: the token is in it, and a proxy may want a password.
    type: own + type.hidden,
    // With "=": a token may begin with a hyphen.
    does: 'install "--server=[SERVER]" "--token=[TOKEN]" "--proxy=[PROXY]"',
    sequence: 4003,
    when: `${joining} AND NOT REMOVE`,
  },
  { name: 'Start', type: own, does: 'install', sequence: 4004, when: `NOT (${joining}) AND NOT REMOVE` },
];

/**
 * The installer's source for wixl, which knows a part of WiX only: `corrections` says the rest.
 * `carillon-agent.exe` must be beside it.
 * @param {{ version: string, productCode: string }} product
 * @returns {string}
 */
export function installerSource({ version, productCode }) {
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="${productCode}" Name="Carillon agent" Manufacturer="Carillon" Version="${version}" Language="1033" UpgradeCode="${upgradeCode}">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine" Description="Carillon agent ${version}" Comments="msiexec /i carillon-agent.msi /qn SERVER=https://... TOKEN=..."/>
    <Media Id="1" Cabinet="agent.cab" EmbedCab="yes"/>
    <MajorUpgrade DowngradeErrorMessage="A newer version of the Carillon agent is installed on this computer."/>
    <Property Id="REBOOT" Value="ReallySuppress"/>
    <Property Id="MSIRESTARTMANAGERCONTROL" Value="Disable"/>
    <Property Id="ARPNOMODIFY" Value="1"/>
    <Property Id="MsiHiddenProperties" Value="PROXY;TOKEN"/>
    <Property Id="PROXY" Value="system"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder">
        <Directory Id="CARILLON" Name="Carillon">
          <Directory Id="INSTALLDIR" Name="Agent">
            <Component Id="Program" Guid="${componentCode}" Win64="yes">
              <File Id="Agent" Name="carillon-agent.exe" Source="carillon-agent.exe" KeyPath="yes"/>
            </Component>
          </Directory>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="Complete" Level="1" Title="Carillon agent">
      <ComponentRef Id="Program"/>
    </Feature>
${actions.map(({ name, does }) => `    <CustomAction Id="${name}" FileKey="Agent" ExeCommand="${attribute(does)}" Execute="deferred"/>`).join('\n')}
    <InstallExecuteSequence>
      <RemoveExistingProducts After="InstallInitialize"/>
${actions.map(({ name, when }) => `      <Custom Action="${name}" After="InstallFiles">${text(when)}</Custom>`).join('\n')}
    </InstallExecuteSequence>
  </Product>
</Wix>
`;
}

/**
 * Statements that say what wixl cannot.
 * @param {{ version: string }} product
 * @returns {string[]} in the SQL of Windows Installer
 */
export function corrections({ version }) {
  const missing =
    'SERVER, TOKEN: expected the address of the Carillon server and a join token, ' +
    'as in msiexec /i carillon-agent.msi /qn SERVER=https://carillon.example.com TOKEN=...';
  return [
    ...actions.flatMap(({ name, type, sequence }) => [
      `UPDATE CustomAction SET Type = ${type} WHERE Action = '${name}'`,
      `UPDATE InstallExecuteSequence SET Sequence = ${sequence} WHERE Action = '${name}'`,
    ]),
    // The old version goes before the new one comes: its tasks stay, and nothing is compared file by file.
    `UPDATE InstallExecuteSequence SET Sequence = 1501 WHERE Action = 'RemoveExistingProducts'`,
    // Another build of the same version counts as older. (A key cannot be updated.)
    `DELETE FROM Upgrade WHERE ActionProperty = 'WIX_UPGRADE_DETECTED'`,
    `INSERT INTO Upgrade (UpgradeCode, VersionMax, Attributes, ActionProperty) VALUES ('{${upgradeCode}}', '${version}', ${upgradeOf.sameVersionToo}, 'WIX_UPGRADE_DETECTED')`,
    // Handed on to the part of the installer that has the rights.
    `UPDATE Property SET Value = 'PROXY;REMOVEDATA;SERVER;TOKEN;WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED' WHERE Property = 'SecureCustomProperties'`,
    `INSERT INTO LaunchCondition (Condition, Description) VALUES ('Installed OR WIX_UPGRADE_DETECTED OR (SERVER AND TOKEN)', '${missing}')`,
    `UPDATE File SET Version = '${version}.0' WHERE File = 'Agent'`,
    `UPDATE File SET Language = '1033' WHERE File = 'Agent'`,
    // For files without a version only.
    'DELETE FROM MsiFileHash',
  ];
}

function text(value) {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function attribute(value) {
  return text(value).replaceAll('"', '&quot;');
}
