# Runs.

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

function Test-CarillonJob {
    <#
    .SYNOPSIS
    Asks the hosts of a job, or some, what a start now would do; nothing is started.
    .DESCRIPTION
    Returns a command for each host: "code" is the verdict (would_run, would_wait, would_skip or would_fail), "answer" what
    the host says. A host that cannot answer has the state rejected, expired or indeterminate.
    .PARAMETER Name
    The job.
    .PARAMETER HostName
    Only these hosts; at most 20 at a time.
    .PARAMETER TimeoutSeconds
    Stop waiting for a host after so long. 300.
    .EXAMPLE
    Test-CarillonJob nightly -HostName DB-01 | Format-List host, code, answer
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipelineByPropertyName = $true)][Alias('job')][string]$Name,
        [string[]]$HostName,
        [int]$TimeoutSeconds = 300
    )
    process {
        if ($HostName) { $answer = Invoke-CarillonApi POST '/jobs/{name}/dry-run' -Values @{ name = $Name } -Body @{ hosts = @($HostName) } -Cmdlet $PSCmdlet }
        else { $answer = Invoke-CarillonApi POST '/jobs/{name}/dry-run' -Values @{ name = $Name } -Body @{} -Cmdlet $PSCmdlet }
        $end = (Get-Date).AddSeconds($TimeoutSeconds)
        foreach ($command in $answer.commands) { Wait-CarillonAnswer -Command $command -End $end -Cmdlet $PSCmdlet }
    }
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
