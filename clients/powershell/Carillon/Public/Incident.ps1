# Incidents and silence.

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
