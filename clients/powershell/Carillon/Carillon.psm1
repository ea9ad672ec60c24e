# Thin functions over the API of a Carillon server, for Windows PowerShell 5.1 and PowerShell 7. Only ASCII in these files:
# Windows PowerShell reads files without a mark in the code page of the host.
#
# Every call of the API is written `Invoke-CarillonApi METHOD '/path/{name}' ...` or `Invoke-CarillonList '/path' ...`, with
# -Values, -Query and -Body as hashtables in place: a test reads them and compares them with the server's catalog.
Set-StrictMode -Version 2.0

$script:Connection = $null

# By name: nothing else that lies in the folder is run.
foreach ($part in @('Private/Api', 'Private/Wait', 'Private/Document', 'Public/Connect', 'Public/Host', 'Public/Run', 'Public/Incident', 'Public/Import')) {
    . (Join-Path -Path $PSScriptRoot -ChildPath "$part.ps1")
}

Export-ModuleMember -Function @(
    'Connect-Carillon', 'Get-CarillonHost', 'Get-CarillonJob', 'Get-CarillonRun', 'Get-CarillonRunOutput', 'Start-CarillonJob',
    'Test-CarillonJob', 'Stop-CarillonRun', 'Get-CarillonIncident', 'Confirm-CarillonIncident', 'Set-CarillonSilence',
    'Import-CarillonJob'
)
