@{
    RootModule             = 'Carillon.psm1'
    ModuleVersion          = '0.1.0'
    GUID                   = '5e0c2b7a-6d0f-4d5e-9a0b-3f1c8f6f2a41'
    Author                 = 'Carillon'
    Description            = 'Hosts, jobs, runs and incidents of a Carillon server.'
    PowerShellVersion      = '5.1'
    CompatiblePSEditions   = @('Desktop', 'Core')
    FunctionsToExport      = @(
        'Connect-Carillon'
        'Get-CarillonHost'
        'Get-CarillonJob'
        'Get-CarillonRun'
        'Get-CarillonRunOutput'
        'Start-CarillonJob'
        'Test-CarillonJob'
        'Stop-CarillonRun'
        'Get-CarillonIncident'
        'Confirm-CarillonIncident'
        'Set-CarillonSilence'
        'Import-CarillonJob'
    )
    CmdletsToExport        = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
}
