/** What the script says of one server and one build. Nothing of it is secret. */
export interface InstallScriptFacts {
  /** As the host reaches it, `https://carillon.example.com`. */
  readonly origin: string;
  /** Of `carillon-agent.exe`, hexadecimal. */
  readonly sha256: string;
}

/**
 * The installer for PowerShell 5.1 and later: loads the program, checks its hash, joins, and leaves the agent to Task
 * Scheduler. The join token is a parameter of it; it goes on by environment, since a command line can be read by everybody
 * on the machine. Running it again upgrades.
 */
export function installScript({ origin, sha256 }: InstallScriptFacts): string {
  if (!/^https?:\/\/[^\s'"`$]+$/.test(origin)) throw new RangeError(`origin: cannot stand in a script: ${origin}`);
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`sha256: expected 64 hexadecimal digits, got ${sha256}`);
  return script.replace('@SERVER@', origin).replace('@SHA256@', sha256.toUpperCase()).replaceAll('\n', '\r\n');
}

const script = `# Installs the Carillon agent on this computer, or upgrades it. In a PowerShell "as administrator".
#   -Token   join token: carillon hosts add; not needed to upgrade
#   -Name    name to go by instead of the computer's own
#   -Proxy   http://proxy:8080, for loading and for the agent; default: HTTPS_PROXY (HTTP_PROXY) and NO_PROXY, else the
#            system's own proxy settings
#   -Folder  where the program goes
param(
    [string] $Token = $env:CARILLON_JOIN_TOKEN,
    [string] $Name,
    [string] $Proxy,
    [string] $Folder = (Join-Path $env:ProgramFiles 'Carillon\\Agent')
)

& {
    $ErrorActionPreference = 'Stop'
    # Showing progress makes Windows PowerShell load ten times slower.
    $ProgressPreference = 'SilentlyContinue'
    $server = '@SERVER@'
    $sha256 = '@SHA256@'
    $program = Join-Path $Folder 'carillon-agent.exe'

    # 1. What must hold.
    if (-not [Environment]::Is64BitOperatingSystem) { throw 'Carillon: a 64-bit Windows is needed.' }
    $me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'Carillon: registering tasks needs an administrator: open PowerShell with "Run as administrator".'
    }

    # 2. The way to the server; what a person's own environment says is not known to the agent, so it is told.
    $hostName = ([Uri] $server).Host
    $direct = "$env:NO_PROXY" -split '\\s*,\\s*' | ForEach-Object { $_.TrimStart('*', '.') } |
        Where-Object { $_ -and ($hostName -eq $_ -or $hostName.EndsWith(".$_")) }
    if (-not $Proxy -and -not $direct) {
        if ($server -like 'https:*') { $Proxy = $env:HTTPS_PROXY } else { $Proxy = $env:HTTP_PROXY }
    }

    # 3. The program, unless it is here already. It is used only when it is the one this script was made for.
    $isHere = (Test-Path -LiteralPath $program) -and (Get-FileHash -LiteralPath $program -Algorithm SHA256).Hash -eq $sha256
    if (-not $isHere) {
        New-Item -ItemType Directory -Force -Path $Folder | Out-Null
        $part = "$program.part"
        $request = @{ Uri = "$server/downloads/carillon-agent.exe"; OutFile = $part; UseBasicParsing = $true }
        if ($Proxy) {
            $request.Proxy = $Proxy
            $request.ProxyUseDefaultCredentials = $true
        } elseif ([Net.WebRequest]::DefaultWebProxy) {
            [Net.WebRequest]::DefaultWebProxy.Credentials = [Net.CredentialCache]::DefaultNetworkCredentials
        }
        Write-Host "Carillon: loading $($request.Uri)"
        Invoke-WebRequest @request
        $found = (Get-FileHash -LiteralPath $part -Algorithm SHA256).Hash
        if ($found -ne $sha256) {
            Remove-Item -LiteralPath $part -Force
            throw "Carillon: expected SHA-256 $sha256 from $($request.Uri), got $found. Nothing was installed."
        }
        # 4. In place of an older one: its agent ends; runs under way go on from the file that is put aside.
        Get-ChildItem -LiteralPath $Folder -Filter 'carillon-agent.exe.old-*' | Remove-Item -Force -ErrorAction SilentlyContinue
        if (Test-Path -LiteralPath $program) {
            & $program stop | Out-Null
            Move-Item -LiteralPath $program -Destination "$program.old-$([Guid]::NewGuid().ToString('N'))"
        }
        Move-Item -LiteralPath $part -Destination $program
    }

    # 5. Join, and be started by Task Scheduler from now on.
    $arguments = @('install', '--server', $server)
    if ($Name) { $arguments += "--name=$Name" }
    if ($Proxy) { $arguments += "--proxy=$Proxy" }
    $before = $env:CARILLON_JOIN_TOKEN
    try {
        $env:CARILLON_JOIN_TOKEN = $Token
        & $program @arguments
        if ($LASTEXITCODE -ne 0) { throw "Carillon: not installed; carillon-agent ended with exit code $LASTEXITCODE." }
    } finally {
        $env:CARILLON_JOIN_TOKEN = $before
    }
}
`;
