/** Job files to begin with: all of them run with what hosts have. */
export const templates = {
  backup: `kind: Job
name: daily-backup
targets: { labels: { role: db } }
schedule: "0 2 * * *" # each night at two, on the host's clock
run: C:\\Scripts\\backup.bat
timeout: 2h
`,
  disk: `kind: Job
name: disk-monitor
targets: { labels: { env: prod } }
schedule: "*/15 * * * *"
run:
  powershell: |
    # Fails where a disk has less than a tenth free.
    $low = Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3' | Where-Object { $_.FreeSpace -lt $_.Size / 10 }
    $low | ForEach-Object { [Console]::Error.WriteLine("$($_.DeviceID) is nearly full") }
    if ($low) { exit 1 }
timeout: 5m
`,
  cleanup: `kind: Job
name: clean-up
targets: { labels: { env: prod } }
schedule: "30 3 * * 0"
run:
  powershell: |
    $old = (Get-Date).AddDays(-30)
    Get-ChildItem C:\\Logs -Recurse -File | Where-Object { $_.LastWriteTime -lt $old } | Remove-Item
timeout: 1h
`,
  health: `kind: Job
name: health-check
targets: { labels: { role: web } }
schedule: "*/5 * * * *"
run:
  powershell: |
    # Fails, and says why, where the service does not answer.
    Invoke-WebRequest http://localhost/health -UseBasicParsing -TimeoutSec 20 -ErrorAction Stop | Out-Null
timeout: 1m
`,
} as const;

export type TemplateName = keyof typeof templates;
export const templateNames = Object.keys(templates) as TemplateName[];
