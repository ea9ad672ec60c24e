# Files with definitions.

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
