import type { ForeignTask } from '@carillon/contract/fleet/demo-messages';

interface Shape {
  readonly path: string;
  /** Wall clock of the host. */
  readonly at: string;
  readonly command: string;
  readonly arguments: string;
  readonly user: string;
  readonly author: string;
  readonly enabled?: boolean;
}

/** Tasks that administrators made by hand over the years: similar ones on many hosts, each a little different. */
export function foreignTasksOf(role: string, site: string, host: string, random: () => number): ForeignTask[] {
  const shapes: Shape[] = [];
  if (role === 'web' || role === 'app')
    shapes.push({
      path: '\\Ops\\Rotate IIS logs',
      at: random() < 0.7 ? '03:15:00' : '03:45:00',
      command: 'powershell.exe',
      arguments: `-NoProfile -File D:\\Ops\\rotate-iis.ps1 -Days ${random() < 0.8 ? 30 : 14}`,
      ...{ user: 'S-1-5-18', author: 'CORP\\svc-deploy' },
    });
  if (role === 'db')
    shapes.push({
      path: '\\DBA\\Copy backups to NAS',
      at: '04:00:00',
      command: 'C:\\Windows\\System32\\robocopy.exe',
      arguments: `E:\\Backup \\\\nas-${site}\\sql\\${host} /MIR /R:2 /W:5`,
      ...{ user: 'S-1-5-18', author: 'CORP\\k.lehmann' },
    });
  if (role === 'file')
    shapes.push({
      path: '\\Shares\\Empty recycle folders',
      at: '23:00:00',
      command: 'cmd.exe',
      arguments: '/c D:\\Scripts\\empty-recycle.cmd',
      ...{ user: 'S-1-5-18', author: 'CORP\\m.weber' },
      enabled: random() > 0.15,
    });
  if (role === 'erp')
    shapes.push({
      path: site === 'shanghai' ? '\\财务\\月结导出' : '\\ERP\\Export ledger',
      at: '22:30:00',
      command: 'D:\\ERP\\bin\\export.exe',
      arguments: '/ledger /out:D:\\ERP\\out',
      ...{ user: 'S-1-5-20', author: site === 'shanghai' ? 'CORP\\王伟' : 'CORP\\erp-admin' },
    });
  if (random() < 0.3)
    shapes.push({
      path: '\\GoogleUpdateTaskMachineUA',
      at: '10:41:00',
      command: 'C:\\Program Files (x86)\\Google\\Update\\GoogleUpdate.exe',
      arguments: '/ua /installsource scheduler',
      ...{ user: 'S-1-5-18', author: 'CORP\\Administrator' },
    });
  return shapes.map((shape) => ({ path: shape.path, xml: xmlOf(shape) }));
}

function xmlOf({ path, at, command, arguments: text, user, author, enabled = true }: Shape): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Date>2023-05-11T09:12:44</Date><Author>${author}</Author><URI>${escaped(path)}</URI></RegistrationInfo>
  <Triggers><CalendarTrigger><StartBoundary>2023-05-11T${at}</StartBoundary><Enabled>true</Enabled><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>
  <Principals><Principal id="Author"><UserId>${user}</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Enabled>${enabled}</Enabled>
    <ExecutionTimeLimit>PT4H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author"><Exec><Command>${escaped(command)}</Command><Arguments>${escaped(text)}</Arguments></Exec></Actions>
</Task>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
