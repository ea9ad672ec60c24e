# Waiting for what a command leads to.

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

# A command once its host has answered, or never will: commands expire by themselves.
function Wait-CarillonAnswer {
    param($Command, [datetime]$End, $Cmdlet)
    $command = $Command
    while ($command.state -in @('queued', 'delivered', 'accepted') -and (Get-Date) -lt $End) {
        Start-Sleep -Seconds 1
        $command = Invoke-CarillonApi GET '/commands/{id}' -Values @{ id = $command.id } -Cmdlet $Cmdlet
    }
    return $command
}
