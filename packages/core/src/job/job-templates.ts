/** Job files to begin with: each applies as it is (a report where there is its channel), and says in its comments what else there is. */
export const jobTemplates = {
  backup: `# Everything on Sundays, what has changed on the other nights. The agent does it itself; on a host,
#   carillon-agent action --dry-run nightly-backup            what would be saved
#   carillon-agent backup list nightly-backup                 the sets that there are
#   carillon-agent backup restore nightly-backup --set latest --to D:\\restored
kind: Job
name: nightly-backup
description: Saves D:\\data every night, everything on Sundays
targets: { labels: { role: db } } # or hosts: [...], group: ..., all: true
schedule: "0 2 * * *" # each night at two, on the host's clock
run:
  backup:
    from: D:\\data # or a list of folders and files
    to: E:\\backup # or \\\\nas\\share; sets are in E:\\backup\\HOST\\nightly-backup
    mode: { full: sunday } # or full, or incremental
    exclude: ["**/*.tmp"]
    keep: { count: 14, days: 30 } # never the last good full one, nor what a kept set needs
    # compare: hash # read every file instead of looking at size and time of change
    # verify: false # do not read back what was written
onMissed: run-once # the host was off at two: as soon as it is on again
timeout: 6h
`,
  cleanup: `# Deletes old log files. The agent does it itself; on a host, carillon-agent action --dry-run clean-up says what would go.
kind: Job
name: clean-up
description: Deletes log files older than three days
targets: { labels: { env: prod } } # or hosts: [...], group: ..., all: true
schedule: "30 3 * * *"
run:
  cleanup:
    root: D:\\backup\\logs # nothing outside it is touched, and no link is followed
    patterns: "**/*.log" # or a list; *.log alone is in the folder itself
    olderThan: 3d
    keepNewest: 10 # however old
    # largerThan: 10MiB
    # untilFree: 20GiB # the oldest first, until the disk has so much room
    # emptyFolders: true # folders that this leaves empty go too
    # archive: E:\\archive # copied there first
timeout: 30m
`,
  metrics: `# The load of a host every five minutes, a row each in a file that other tools may read. The agent does it itself; on a host,
# carillon-agent action --dry-run metrics-to-log says what it would write.
kind: Job
name: metrics-to-log
description: CPU, memory, disks and what matters here, a row every five minutes
targets: { labels: { env: prod } } # or hosts: [...], group: ..., all: true
schedule: "*/5 * * * *"
run:
  metrics:
    log: D:\\logs\\metrics.csv # its folder must be there
    # format: jsonl # a JSON object a line instead of CSV
    keep: { files: 7, bytes: 10MiB, rotateAfter: 1d } # metrics.1.csv, metrics.2.csv, ...
    # disks: ["C:", "D:"] # the one of the system without it
    # processes: [sqlservr, w3wp] # how many, their CPU and memory
    # services: [W3SVC, MSSQLSERVER] # running, stopped, missing
onOverlap: skip # a slow run is not joined by a second one
timeout: 4m
`,
  'api-sync': `# Fetches a list from an API every hour, page by page, into one file. The agent does it itself; on a host,
# carillon-agent action --dry-run price-sync says what would be asked.
kind: Job
name: price-sync
description: Prices of the day, into a file for the shop
targets: { labels: { role: web } } # or hosts: [...], group: ..., all: true
schedule:
  - every: 1h # at a fixed rate; after: 1h counts from the end of the run before; cron: "0 6 * * 1-5" is a timetable
run:
  http:
    url: https://api.example.com/v1/prices?day={{scheduledFor:yyyy-MM-dd}}
    # method: POST
    # headers: { Authorization: { secret: api-token, prefix: "Bearer " } } # carillon-agent secret set api-token
    # body: { json: { since: "{{scheduledFor:yyyy-MM-dd}}" } } # or text, or { secret: NAME }
    expect:
      status: [200] # or 2xx, which it is without it
      # json: [{ path: $.status, equals: ok }] # or exists, matches, atLeast, atMost
    pages: { next: link, items: $, most: 50 } # or next: $.next, or { json: $.cursor, parameter: cursor }
    saveTo: D:\\shop\\prices.json # whole or not at all
    retry: { attempts: 4, delay: 5s, backoff: 2 } # after 429, 5xx and failures of the network
    breaker: { after: 5, for: 10m } # five failed runs in a row: nothing is asked for ten minutes
    timeout: 30s # of one request
    maxBytes: 10MiB # of all pages
onOverlap: skip # a run that takes longer than an hour is not joined by a second one
timeout: 20m # of the whole run
`,
  'health-check': `# Asks a service every minute whether it is well. The agent does it itself.
kind: Job
name: shop-is-up
description: The shop answers, in time, and says that it is well
targets: { labels: { role: probe } } # or hosts: [...], group: ..., all: true
schedule:
  - every: 1m
run:
  healthCheck:
    url: https://shop.example.com/health
    expect:
      status: [200]
      latencyBelow: 2s
      # json: [{ path: $.status, equals: ok }]
      # text: ready
    timeout: 10s
timeout: 30s
`,
  report: `# How jobs went over a day, by mail: runs, failures, missed and late ones, times, open incidents, hosts that cannot be reached.
# The host only says when; the server makes it of what it knows. Let it run on one host: each asks for a report of its own.
kind: Job
name: daily-report
description: Last day's runs, by mail
# owner: data-team # tells of this team's jobs; without it of all, for who may see all
targets: { labels: { role: report } } # or hosts: [...]
schedule: "0 7 * * 1-5"
run:
  report:
    to: email # a channel of yours, or a list; carillon channels names them
    period: 1d # or 7d, or since-last
    # jobs: ["Night*"] # all without it
    # hosts: { labels: { env: prod } } # or { group: ... }, or this: the host that it runs on
timeout: 1m
`,
  powershell: `# A script of its own, kept with the job: no file on the host.
kind: Job
name: disk-report
description: Fails where a disk has less than a tenth free
targets: { labels: { env: prod } } # or hosts: [...], group: ..., all: true
schedule: "0 */2 * * *" # every two hours
run:
  powershell: |
    $ErrorActionPreference = 'Stop'
    $low = Get-CimInstance Win32_LogicalDisk -Filter 'DriveType=3' | Where-Object { $_.FreeSpace -lt $_.Size / 10 }
    $low | ForEach-Object { [Console]::Error.WriteLine("$($_.DeviceID) is nearly full") }
    if ($low) { exit 1 } # any other exit code than 0 is a failure, unless exitCodes says otherwise
  # environment: { MODE: prod, TOKEN: { secret: report-token } }
timeout: 5m
retry: { attempts: 2, delay: 30s }
`,
  batch: `# A batch file of its own, kept with the job.
kind: Job
name: flush-queue
description: Empties the print queue every night
targets: { labels: { role: print } } # or hosts: [...], group: ..., all: true
schedule: "15 4 * * *"
run:
  batch: |
    @echo off
    net stop spooler
    del /q "%SystemRoot%\\System32\\spool\\PRINTERS\\*.*"
    net start spooler
    exit /b %ERRORLEVEL%
timeout: 5m
`,
  program: `# A program that is on the host.
kind: Job
name: nightly-etl
description: Loads the day's orders
targets: { labels: { role: db } } # or hosts: [...], group: ..., all: true
schedule: "30 1 * * 1-5" # Mondays to Fridays
run:
  program: D:\\tools\\etl.exe
  arguments: ["--date", "{{scheduledFor:yyyy-MM-dd}}"]
  workingDirectory: D:\\tools
# runAs: { gmsa: 'CORP\\etl$' } # SYSTEM without it
onOverlap: skip # or queue, replace, parallel
onMissed: run-once # the host was off: as soon as it is on again
timeout: 2h # then the program ends, with whatever it started
retry: { attempts: 3, delay: 1m, backoff: 2 }
exitCodes: { success: [0], warning: [1-7] }
`,
} as const;
