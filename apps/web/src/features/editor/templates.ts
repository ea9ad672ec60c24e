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
  metrics: `# CPU and memory every five minutes, a line each in a file on the host that other tools may read.
kind: Job
name: metrics-to-log
description: CPU and memory use, a line every five minutes
targets: { labels: { env: prod } }
schedule: "*/5 * * * *"
run:
  powershell: |
    $cpu = (Get-CimInstance Win32_Processor | Measure-Object LoadPercentage -Average).Average
    $os = Get-CimInstance Win32_OperatingSystem
    $memory = 100 * ($os.TotalVisibleMemorySize - $os.FreePhysicalMemory) / $os.TotalVisibleMemorySize
    $line = '{0:yyyy-MM-dd HH:mm:ss},CPU: {1}%,MEM: {2:N2}%' -f (Get-Date), $cpu, $memory
    New-Item -ItemType Directory -Force "$env:ProgramData\\Metrics" | Out-Null
    Add-Content "$env:ProgramData\\Metrics\\system_metrics.log" $line
    $line
onOverlap: skip # a slow run is not joined by a second one
timeout: 4m
output: { keep: 64KiB } # the file on the host has it all
`,
  api: `# Fetches what an API has and puts it where a program of the host looks for it. A failed call is tried again.
kind: Job
name: api-sync
description: Fetches users from the API once a minute
targets: { labels: { role: web } }
schedule: "* * * * *" # each minute; \`after: 1m\` would count from the end of the run before
run:
  powershell: |
    $ErrorActionPreference = 'Stop'
    $users = Invoke-RestMethod https://api.example.com/users -TimeoutSec 20
    # Written beside and moved over: who reads it never finds half a file.
    New-Item -ItemType Directory -Force "$env:ProgramData\\Sync" | Out-Null
    $users | ConvertTo-Json -Depth 8 | Set-Content "$env:ProgramData\\Sync\\users.new" -Encoding UTF8
    Move-Item -Force "$env:ProgramData\\Sync\\users.new" "$env:ProgramData\\Sync\\users.json"
    "$(@($users).Count) users"
onOverlap: skip # one call at a time
timeout: 50s
retry: { attempts: 2, delay: 5s }
`,
  cleanup: jobTemplates.cleanup,
  health: `# Asks the service of the host whether it is well. Fails, and says why, where it does not answer.
kind: Job
name: health-check
description: Asks the local service every five minutes
targets: { labels: { role: web } }
schedule: "*/5 * * * *"
run:
  powershell: |
    Invoke-WebRequest http://localhost/health -UseBasicParsing -TimeoutSec 20 -ErrorAction Stop | Out-Null
timeout: 1m
retry: { attempts: 2, delay: 10s } # a momentary fault is no news
`,
} as const;

export type TemplateName = keyof typeof templates;
export const templateNames = Object.keys(templates) as TemplateName[];
