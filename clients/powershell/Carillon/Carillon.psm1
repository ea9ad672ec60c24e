# Thin functions over the API of a Carillon server, for Windows PowerShell 5.1 and PowerShell 7. Only ASCII in this file:
# Windows PowerShell reads files without a mark in the code page of the host.
#
# Every call of the API is written `Invoke-CarillonApi METHOD '/path/{name}' ...` or `Invoke-CarillonList '/path' ...`, with
# -Values, -Query and -Body as hashtables in place: a test reads them and compares them with the server's catalog.
Set-StrictMode -Version 2.0

$script:Connection = $null

# -- inside

function Get-CarillonConnection {
    param($Cmdlet)
    if ($script:Connection) { return $script:Connection }
    if ($env:CARILLON_SERVER -and $env:CARILLON_TOKEN) {
        $secure = ConvertTo-SecureString -String $env:CARILLON_TOKEN -AsPlainText -Force
        return @{ Server = $env:CARILLON_SERVER.TrimEnd('/'); Token = $secure }
    }
    $message = 'Not connected: use Connect-Carillon, or set CARILLON_SERVER and CARILLON_TOKEN.'
    $failure = [InvalidOperationException]::new($message)
    $Cmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new($failure, 'Carillon.not_connected', 'ConnectionError', $null))
}

# Hashtable without what is null or empty, in the form that a query has it.
function ConvertTo-CarillonQuery {
    param([hashtable]$Query)
    $parts = foreach ($name in $Query.Keys) {
        $value = $Query[$name]
        if ($null -eq $value -or "$value" -eq '') { continue }
        if ($value -is [datetime]) { $value = $value.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.fffZ', [Globalization.CultureInfo]::InvariantCulture) }
        elseif ($value -is [bool] -or $value -is [switch]) { if (-not $value) { continue }; $value = 'true' }
        '{0}={1}' -f $name, [uri]::EscapeDataString([string]$value)
    }
    return ($parts -join '&')
}

# One call. What is not 2xx becomes an error of the function that was called, with the server's code in its id:
# "Carillon.not_found". $Json is a body that is written already.
function Invoke-CarillonApi {
    param(
        [string]$Method,
        [string]$Path,
        [hashtable]$Values = @{},
        [hashtable]$Query = @{},
        [hashtable]$Body,
        [string]$Json,
        $Cmdlet
    )
    $connection = Get-CarillonConnection -Cmdlet $Cmdlet
    foreach ($name in $Values.Keys) { $Path = $Path.Replace("{$name}", [uri]::EscapeDataString([string]$Values[$name])) }
    $address = $connection.Server + '/api/v1' + $Path
    $search = ConvertTo-CarillonQuery -Query $Query
    if ($search) { $address = $address + '?' + $search }
    $headers = @{ Accept = 'application/json'; Authorization = 'Bearer ' + [Net.NetworkCredential]::new('', $connection.Token).Password }
    $request = @{ Uri = $address; Method = $Method; Headers = $headers; UseBasicParsing = $true; MaximumRedirection = 0; TimeoutSec = 60; ErrorAction = 'Stop' }
    if ($Method -ne 'GET') {
        if (-not $Json -and $null -ne $Body) { $Json = ConvertTo-Json -InputObject $Body -Depth 50 -Compress }
        if ($Json) {
            # As bytes: Windows PowerShell would send text as Latin-1.
            $request.Body = [Text.Encoding]::UTF8.GetBytes($Json)
            $request.ContentType = 'application/json; charset=utf-8'
        }
    }
    # Windows PowerShell shows progress for each call, which takes longer than the call.
    $ProgressPreference = 'SilentlyContinue'
    if ($PSVersionTable.PSVersion.Major -lt 6) {
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    }
    try { $response = Invoke-WebRequest @request }
    catch { $Cmdlet.ThrowTerminatingError((ConvertTo-CarillonError -Caught $_ -Call "$Method $Path")) }
    # Read as UTF-8 whatever the headers let PowerShell guess.
    $text = [Text.Encoding]::UTF8.GetString($response.RawContentStream.ToArray())
    return (ConvertFrom-Json -InputObject $text)
}

function ConvertTo-CarillonError {
    param($Caught, [string]$Call)
    $status = 0
    $text = $null
    $response = $null
    if ($Caught.Exception.PSObject.Properties['Response']) { $response = $Caught.Exception.Response }
    if ($response) { $status = [int]$response.StatusCode }
    if ($Caught.ErrorDetails) { $text = $Caught.ErrorDetails.Message }
    elseif ($response -and $response.PSObject.Methods['GetResponseStream']) {
        $reader = [IO.StreamReader]::new($response.GetResponseStream(), [Text.Encoding]::UTF8)
        $text = $reader.ReadToEnd()
    }
    $code = 'unavailable'
    if ($status) { $code = 'internal' }
    $message = $Caught.Exception.Message
    try {
        $said = ConvertFrom-Json -InputObject $text
        $code = [string]$said.code
        $message = [string]$said.message
    }
    catch { Write-Verbose "$Call was answered without an error body" }
    $categories = @{
        invalid = 'InvalidArgument'; unprocessable = 'InvalidData'; not_found = 'ObjectNotFound'; gone = 'ObjectNotFound'
        not_signed_in = 'AuthenticationError'; forbidden = 'PermissionDenied'; conflict = 'ResourceExists'
        too_large = 'LimitsExceeded'; too_many_requests = 'ResourceBusy'; unavailable = 'ConnectionError'
    }
    $category = 'NotSpecified'
    if ($categories.ContainsKey($code)) { $category = $categories[$code] }
    $failure = [InvalidOperationException]::new("${Call}: ${code}: $message", $Caught.Exception)
    $failure.Data['code'] = $code
    $failure.Data['status'] = $status
    return [Management.Automation.ErrorRecord]::new($failure, "Carillon.$code", $category, $Call)
}

# All of a list, page by page, each item as it comes; at most $First.
function Invoke-CarillonList {
    param([string]$Path, [hashtable]$Values = @{}, [hashtable]$Query = @{}, [int]$First = [int]::MaxValue, $Cmdlet)
    $left = $First
    $Query['cursor'] = $null
    while ($left -gt 0) {
        $Query['limit'] = [Math]::Min($left, 200)
        $page = Invoke-CarillonApi -Method 'GET' -Path $Path -Values $Values -Query $Query -Cmdlet $Cmdlet
        $page.items | Select-Object -First $left
        $left = $left - @($page.items).Count
        if ($null -eq $page.next) { return }
        $Query['cursor'] = $page.next
    }
}

# -- connecting

function Connect-Carillon {
    <#
    .SYNOPSIS
    Says which server and which token the other functions use in this session.
    .DESCRIPTION
    Without it they use the environment variables CARILLON_SERVER and CARILLON_TOKEN. Tokens are made by "carillon tokens
    create"; the token is kept as a SecureString. Calls the server once, to see that it lets in.
    .PARAMETER Server
    Address of the server, https://carillon.example
    .PARAMETER Token
    API token, as a SecureString; asked for when left out.
    .EXAMPLE
    Connect-Carillon -Server https://carillon.example -Token (Read-Host -AsSecureString 'Token')
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)][uri]$Server,
        [Parameter(Mandatory = $true, Position = 1)][securestring]$Token
    )
    if (-not $Server.IsAbsoluteUri -or $Server.Scheme -notin @('http', 'https')) {
        $failure = [ArgumentException]::new("Server: expected https://HOST, got $Server")
        $PSCmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new($failure, 'Carillon.invalid', 'InvalidArgument', $Server))
    }
    $before = $script:Connection
    $script:Connection = @{ Server = $Server.AbsoluteUri.TrimEnd('/'); Token = $Token }
    $isIn = $false
    try {
        $answer = Invoke-CarillonApi GET '/me' -Cmdlet $PSCmdlet
        $isIn = $true
        Write-Verbose "Signed in as $($answer.name)."
    }
    finally { if (-not $isIn) { $script:Connection = $before } }
}

# -- hosts and jobs

function Get-CarillonHost {
    <#
    .SYNOPSIS
    Hosts by name, or one of them with its details.
    .PARAMETER Name
    Exactly this host.
    .PARAMETER Search
    Part of the name.
    .PARAMETER Presence
    online, lagging, offline or never-seen.
    .PARAMETER Label
    A label as key=value.
    .PARAMETER Failing
    Only hosts with jobs that went wrong in the last day.
    .PARAMETER First
    At most so many.
    .EXAMPLE
    Get-CarillonHost -Presence offline | Select-Object name, lastSeenAt
    #>
    [CmdletBinding(DefaultParameterSetName = 'List')]
    param(
        [Parameter(ParameterSetName = 'One', Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)][Alias('host')][string]$Name,
        [Parameter(ParameterSetName = 'List')][string]$Search,
        [Parameter(ParameterSetName = 'List')][ValidateSet('online', 'lagging', 'offline', 'never-seen')][string]$Presence,
        [Parameter(ParameterSetName = 'List')][string]$Label,
        [Parameter(ParameterSetName = 'List')][switch]$Failing,
        [Parameter(ParameterSetName = 'List')][int]$First = [int]::MaxValue
    )
    process {
        if ($PSCmdlet.ParameterSetName -eq 'One') {
            return (Invoke-CarillonApi GET '/hosts/{name}' -Values @{ name = $Name } -Cmdlet $PSCmdlet)
        }
        Invoke-CarillonList '/hosts' -Query @{ search = $Search; presence = $Presence; label = $Label; failing = $Failing } -First $First -Cmdlet $PSCmdlet
    }
}

function Get-CarillonJob {
    <#
    .SYNOPSIS
    Jobs by name, or one of them with its definition.
    .PARAMETER Name
    Exactly this job.
    .PARAMETER Search
    Part of the name.
    .PARAMETER Owner
    Jobs of this owner.
    .PARAMETER First
    At most so many.
    .EXAMPLE
    Get-CarillonJob -Search backup | Select-Object name, schedule, health
    #>
    [CmdletBinding(DefaultParameterSetName = 'List')]
    param(
        [Parameter(ParameterSetName = 'One', Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)][Alias('job')][string]$Name,
        [Parameter(ParameterSetName = 'List')][string]$Search,
        [Parameter(ParameterSetName = 'List')][string]$Owner,
        [Parameter(ParameterSetName = 'List')][int]$First = [int]::MaxValue
    )
    process {
        if ($PSCmdlet.ParameterSetName -eq 'One') {
            return (Invoke-CarillonApi GET '/jobs/{name}' -Values @{ name = $Name } -Cmdlet $PSCmdlet)
        }
        Invoke-CarillonList '/jobs' -Query @{ search = $Search; owner = $Owner } -First $First -Cmdlet $PSCmdlet
    }
}

# -- runs

function Get-CarillonRun {
    <#
    .SYNOPSIS
    Runs, newest first, or one of them with its details.
    .PARAMETER Id
    Exactly this run.
    .PARAMETER Job
    Runs of this job.
    .PARAMETER HostName
    Runs on this host.
    .PARAMETER State
    Runs in this state.
    .PARAMETER Bad
    Runs that failed, timed out, were killed or whose end is not known.
    .PARAMETER Since
    Started at or after this time; a time without a zone is local.
    .PARAMETER Until
    Started before this time.
    .PARAMETER First
    At most so many; 100.
    .EXAMPLE
    Get-CarillonRun -Bad -Since (Get-Date).AddDays(-1) | Group-Object job
    #>
    [CmdletBinding(DefaultParameterSetName = 'List')]
    param(
        [Parameter(ParameterSetName = 'One', Mandatory = $true, ValueFromPipelineByPropertyName = $true)][Alias('runId')][guid]$Id,
        [Parameter(ParameterSetName = 'List', Position = 0)][string]$Job,
        [Parameter(ParameterSetName = 'List')][string]$HostName,
        [Parameter(ParameterSetName = 'List')][ValidateSet('waiting', 'running', 'succeeded', 'warning', 'failed', 'timed_out', 'killed', 'skipped', 'indeterminate')][string]$State,
        [Parameter(ParameterSetName = 'List')][switch]$Bad,
        [Parameter(ParameterSetName = 'List')][Nullable[datetime]]$Since,
        [Parameter(ParameterSetName = 'List')][Nullable[datetime]]$Until,
        [Parameter(ParameterSetName = 'List')][int]$First = 100
    )
    process {
        if ($PSCmdlet.ParameterSetName -eq 'One') {
            return (Invoke-CarillonApi GET '/runs/{id}' -Values @{ id = $Id } -Cmdlet $PSCmdlet)
        }
        Invoke-CarillonList '/runs' -Query @{ job = $Job; host = $HostName; state = $State; bad = $Bad; since = $Since; until = $Until } -First $First -Cmdlet $PSCmdlet
    }
}

function Get-CarillonRunOutput {
    <#
    .SYNOPSIS
    What a run wrote, as text.
    .PARAMETER Id
    The run.
    .PARAMETER Stream
    stdout or stderr; both in the order they were written when left out.
    .EXAMPLE
    Get-CarillonRun nightly -Bad -First 1 | Get-CarillonRunOutput
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)][Alias('runId')][guid]$Id,
        [ValidateSet('stdout', 'stderr')][string]$Stream
    )
    process {
        $cursor = $null
        $text = [Text.StringBuilder]::new()
        while ($true) {
            $answer = Invoke-CarillonApi GET '/runs/{id}/output' -Values @{ id = $Id } -Query @{ stream = $Stream; cursor = $cursor; limit = 200 } -Cmdlet $PSCmdlet
            foreach ($item in $answer.items) { [void]$text.Append($item.text) }
            # What a program still writes is not waited for.
            if ($answer.complete -or $null -eq $answer.next -or $answer.next -eq $cursor) { break }
            $cursor = $answer.next
        }
        $text.ToString()
    }
}

function Start-CarillonJob {
    <#
    .SYNOPSIS
    Starts a job now, on all its hosts or on some.
    .PARAMETER Name
    The job.
    .PARAMETER HostName
    Only on these hosts.
    .PARAMETER Wait
    Wait until the runs have ended, and return them instead of the commands.
    .PARAMETER TimeoutSeconds
    With -Wait: stop waiting after so long; the runs go on. 3600.
    .EXAMPLE
    Start-CarillonJob nightly -HostName DB-01 -Wait | Select-Object host, state, exitCode
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)][Alias('job')][string]$Name,
        [string[]]$HostName,
        [switch]$Wait,
        [int]$TimeoutSeconds = 3600
    )
    process {
        $where = 'all its hosts'
        if ($HostName) { $where = $HostName -join ', ' }
        if (-not $PSCmdlet.ShouldProcess("$Name on $where", 'Start job')) { return }
        if ($HostName) { $answer = Invoke-CarillonApi POST '/jobs/{name}/run' -Values @{ name = $Name } -Body @{ hosts = @($HostName) } -Cmdlet $PSCmdlet }
        else { $answer = Invoke-CarillonApi POST '/jobs/{name}/run' -Values @{ name = $Name } -Body @{} -Cmdlet $PSCmdlet }
        if (-not $Wait) { return $answer.commands }
        $end = (Get-Date).AddSeconds($TimeoutSeconds)
        foreach ($command in $answer.commands) { Wait-CarillonCommand -Command $command -End $end -Cmdlet $PSCmdlet }
    }
}

# The run that a command started, once it has ended; the command itself where the host did not take it.
function Wait-CarillonCommand {
    param($Command, [datetime]$End, $Cmdlet)
    $command = $Command
    while ((Get-Date) -lt $End) {
        if ($command.state -in @('rejected', 'expired', 'indeterminate')) { return $command }
        if ($command.runId) {
            # The command's answer may be there before the first word of its run: by its list, which knows of no "not found".
            $run = Find-CarillonRun -Command $command -Cmdlet $Cmdlet
            if ($run -and $run.state -notin @('waiting', 'running')) { return $run }
        }
        elseif ($command.state -eq 'done') { return $command }
        Start-Sleep -Seconds 2
        if (-not $command.runId) { $command = Invoke-CarillonApi GET '/commands/{id}' -Values @{ id = $command.id } -Cmdlet $Cmdlet }
    }
    Write-Warning "$($command.job) on $($command.host): not waited for any longer; it goes on."
    return $command
}

function Find-CarillonRun {
    param($Command, $Cmdlet)
    Invoke-CarillonList '/runs' -Query @{ job = $Command.job; host = $Command.host } -First 50 -Cmdlet $Cmdlet |
        Where-Object { $_.id -eq $Command.runId }
}

function Stop-CarillonRun {
    <#
    .SYNOPSIS
    Ends a running program and everything that it started.
    .PARAMETER Id
    The run.
    .EXAMPLE
    Get-CarillonRun nightly -State running | Stop-CarillonRun -Confirm:$false
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
    param([Parameter(Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)][Alias('runId')][guid]$Id)
    process {
        if (-not $PSCmdlet.ShouldProcess("run $Id", 'Stop')) { return }
        Invoke-CarillonApi POST '/runs/{id}/stop' -Values @{ id = $Id } -Cmdlet $PSCmdlet
    }
}

# -- incidents

function Get-CarillonIncident {
    <#
    .SYNOPSIS
    Incidents, newest first, or one of them with its alerts and notices.
    .PARAMETER Number
    Exactly this incident.
    .PARAMETER Attention
    Only those that are not over, and what needs a person first.
    .PARAMETER Severity
    low, medium or high.
    .PARAMETER Job
    With an alert of this job.
    .PARAMETER HostName
    With an alert of this host.
    .PARAMETER First
    At most so many; 100.
    .EXAMPLE
    Get-CarillonIncident -Attention | Format-Table number, severity, state, title
    #>
    [CmdletBinding(DefaultParameterSetName = 'List')]
    param(
        [Parameter(ParameterSetName = 'One', Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)][long]$Number,
        [Parameter(ParameterSetName = 'List')][switch]$Attention,
        [Parameter(ParameterSetName = 'List')][ValidateSet('low', 'medium', 'high')][string]$Severity,
        [Parameter(ParameterSetName = 'List')][string]$Job,
        [Parameter(ParameterSetName = 'List')][string]$HostName,
        [Parameter(ParameterSetName = 'List')][int]$First = 100
    )
    process {
        if ($PSCmdlet.ParameterSetName -eq 'One') {
            return (Invoke-CarillonApi GET '/incidents/{number}' -Values @{ number = $Number } -Cmdlet $PSCmdlet)
        }
        Invoke-CarillonList '/incidents' -Query @{ attention = $Attention; severity = $Severity; job = $Job; host = $HostName } -First $First -Cmdlet $PSCmdlet
    }
}

function Confirm-CarillonIncident {
    <#
    .SYNOPSIS
    Acknowledges an incident: somebody looks after it, and it escalates no further.
    .PARAMETER Number
    The incident.
    .PARAMETER Note
    What stands in its log.
    .EXAMPLE
    Get-CarillonIncident -Attention | Confirm-CarillonIncident -Note 'ticket HD-17'
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)][long]$Number,
        [ValidateLength(1, 2000)][string]$Note
    )
    process {
        if (-not $PSCmdlet.ShouldProcess("incident $Number", 'Acknowledge')) { return }
        if ($Note) { Invoke-CarillonApi POST '/incidents/{number}/acknowledge' -Values @{ number = $Number } -Body @{ note = $Note } -Cmdlet $PSCmdlet }
        else { Invoke-CarillonApi POST '/incidents/{number}/acknowledge' -Values @{ number = $Number } -Body @{} -Cmdlet $PSCmdlet }
    }
}

function Set-CarillonSilence {
    <#
    .SYNOPSIS
    Tells nobody about certain alerts for a while.
    .PARAMETER Match
    Matchers over labels, all of which have to fit: host=DB-01, job=~backup-.*, env!=prod
    .PARAMETER Until
    When it ends; a time without a zone is local.
    .PARAMETER Reason
    Why, for those who wonder.
    .PARAMETER Name
    Name of the silence; the same name again replaces it.
    .EXAMPLE
    Set-CarillonSilence -Match 'host=DB-01' -Until (Get-Date).AddHours(2) -Reason 'new disks'
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true, Position = 0)][string[]]$Match,
        [Parameter(Mandatory = $true)][datetime]$Until,
        [Parameter(Mandatory = $true)][ValidateNotNullOrEmpty()][string]$Reason,
        [string]$Name = ('powershell-' + [guid]::NewGuid().ToString('n').Substring(0, 8))
    )
    if (-not $PSCmdlet.ShouldProcess("$($Match -join ', ') until $Until", 'Silence alerts')) { return }
    $end = $Until.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
    Invoke-CarillonApi PUT '/alert-documents/{kind}/{name}' -Values @{ kind = 'Silence'; name = $Name } -Body @{ match = @($Match); until = $end; reason = $Reason } -Cmdlet $PSCmdlet
}

# -- definitions

function Import-CarillonJob {
    <#
    .SYNOPSIS
    Creates or changes what a file defines: jobs, host groups, alerting. All or nothing.
    .DESCRIPTION
    JSON files need nothing else. YAML files need the module powershell-yaml (Install-Module powershell-yaml); their comments
    are not sent, which "carillon apply" does. With -WhatIf nothing is stored: the plan is returned, with what would be
    created and changed and the fields and hosts of each.
    .PARAMETER Path
    A file: *.json with a document or an array of them, *.yaml or *.yml
    .PARAMETER Reason
    Why, for the history of the jobs.
    .PARAMETER AllowNoHosts
    Accept jobs whose targets match no host yet.
    .EXAMPLE
    Import-CarillonJob .\nightly.json -WhatIf | Format-List name, change, plan
    .EXAMPLE
    Get-ChildItem jobs\*.json | Import-CarillonJob -Reason 'winter time'
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'Medium')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)][Alias('FullName')][string]$Path,
        [string]$Reason,
        [switch]$AllowNoHosts
    )
    process {
        $documents = Read-CarillonDocument -Path $Path -Cmdlet $PSCmdlet
        $options = @{ dryRun = [bool]$WhatIfPreference; plan = [bool]$WhatIfPreference; allowNoHosts = [bool]$AllowNoHosts }
        if ($Reason) { $options['reason'] = $Reason }
        if (-not $WhatIfPreference -and -not $PSCmdlet.ShouldProcess($Path, 'Apply')) { return }
        # The documents go as they were written: reading and writing JSON would change dates and deep values.
        $rest = (ConvertTo-Json -InputObject $options -Compress).Substring(1)
        $answer = Invoke-CarillonApi POST '/apply' -Json ('{"documents":' + $documents + ',' + $rest) -Cmdlet $PSCmdlet
        $answer.results
    }
}

# The documents of a file as the text of a JSON array.
function Read-CarillonDocument {
    param([string]$Path, $Cmdlet)
    try {
        $full = (Resolve-Path -LiteralPath $Path -ErrorAction Stop).ProviderPath
        $text = [IO.File]::ReadAllText($full, [Text.Encoding]::UTF8).Trim()
        if ($full -match '\.ya?ml$') {
            if (-not (Get-Command ConvertFrom-Yaml -ErrorAction SilentlyContinue)) { throw "$Path is YAML, which needs: Install-Module powershell-yaml" }
            $all = @(ConvertFrom-Yaml -Yaml $text -AllDocuments -Ordered)
            return (ConvertTo-Json -InputObject $all -Depth 50 -Compress)
        }
        [void](ConvertFrom-Json -InputObject $text)
        if ($text.StartsWith('[')) { return $text }
        return "[$text]"
    }
    catch {
        $failure = [ArgumentException]::new("${Path}: $($_.Exception.Message)", $_.Exception)
        $Cmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new($failure, 'Carillon.invalid', 'InvalidData', $Path))
    }
}

Export-ModuleMember -Function @(
    'Connect-Carillon', 'Get-CarillonHost', 'Get-CarillonJob', 'Get-CarillonRun', 'Get-CarillonRunOutput', 'Start-CarillonJob',
    'Stop-CarillonRun', 'Get-CarillonIncident', 'Confirm-CarillonIncident', 'Set-CarillonSilence', 'Import-CarillonJob'
)
