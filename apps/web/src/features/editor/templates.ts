import { jobTemplates } from '@carillon/core/job/job-templates';

/** Job files to begin with, one for each usual duty. All of them run with what a Windows host has. */
export const templates = {
  backup: `# Copies a folder every night. Robocopy comes with Windows; its exit codes below 8 mean that nothing failed.
kind: Job
name: daily-backup
description: Copies D:\\data to the backup share every night
targets: { labels: { role: db } }
schedule: "0 2 * * *" # each night at two, on the host's clock
run:
  program: robocopy.exe
  arguments: ['D:\\data', '\\\\backup\\daily', /MIR, /R:2, /W:10, /NP]
onMissed: run-once # the host was off at two: as soon as it is on again
timeout: 2h # then robocopy is ended, with whatever it started
exitCodes: robocopy # 0 to 7 in words of success and warning, 8 and more failed
`,
  fullIncremental: jobTemplates.backup,
  disk: `# Fails, and so tells whoever is on duty, where a disk has less than a tenth free.
kind: Job
name: disk-monitor
description: Reports disks that fill up
targets: { labels: { env: prod } }
schedule: "0 */2 * * *" # every two hours
run:
  powershell: |
    $low = Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3' | Where-Object { $_.FreeSpace -lt $_.Size / 10 }
    $low | ForEach-Object { [Console]::Error.WriteLine("$($_.DeviceID) is nearly full") }
    if ($low) { exit 1 }
timeout: 5m
`,
  metrics: jobTemplates.metrics,
  api: jobTemplates['api-sync'],
  cleanup: jobTemplates.cleanup,
  health: jobTemplates['health-check'],
  report: jobTemplates.report,
} as const;

export type TemplateName = keyof typeof templates;
export const templateNames = Object.keys(templates) as TemplateName[];
