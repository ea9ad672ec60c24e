# Hosts and jobs.

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
