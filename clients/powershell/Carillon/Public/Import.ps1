# Definitions.

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
