# Counts the rows of all CSV files of a folder: a small whole script that a scheduler can judge. Windows PowerShell 5.1.
# Use: powershell -NoProfile -NonInteractive -File count-orders.ps1 FROM TO
param([string] $From, [string] $To)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'   # its bars are drawn for people
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

$Success, $RuntimeError, $UsageError, $NoPermission = 0, 1, 2, 126

# One JSON object a line: what a person reads in the table of the run, and an alert policy asks about.
function Write-Log([string] $Level, [string] $Message, [hashtable] $More = @{}) {
    $line = [ordered] @{
        time = (Get-Date).ToUniversalTime().ToString('o'); level = $Level; message = $Message
        service = 'count-orders'; trace_id = $env:CARILLON_TRACE_ID
    }
    foreach ($name in $More.Keys) { $line[$name] = $More[$name] }
    [Console]::WriteLine(($line | ConvertTo-Json -Compress))
}

# Whoever reads the file finds the old one or the new one, never half of it.
function Write-Whole([string] $Path, [string] $Content) {
    [IO.File]::WriteAllText("$Path.new", $Content)
    Move-Item -Force -LiteralPath "$Path.new" -Destination $Path
}

if (-not $From -or -not $To) {
    [Console]::Error.WriteLine('usage: count-orders.ps1 FROM TO; expected two arguments, a folder and a file')
    exit $UsageError
}
try {
    # The same occurrence may come twice: after a retry, or when somebody starts it by hand. What is done is not done again.
    $occurrence = "$env:CARILLON_SCHEDULED_FOR"
    $done = "$To.done"
    if ($occurrence -and (Test-Path -LiteralPath $done) -and [IO.File]::ReadAllText($done) -eq $occurrence) {
        Write-Log info 'this occurrence is done already' @{ scheduled_for = $occurrence }
        exit $Success
    }
    $files = @(Get-ChildItem -LiteralPath $From -Filter *.csv -File | Sort-Object Name)
    $total = 0
    $content = "file,rows`n"
    for ($index = 0; $index -lt $files.Count; $index++) {
        $rows = 0
        foreach ($row in [IO.File]::ReadLines($files[$index].FullName)) { $rows++ }
        $total += $rows
        $content += "$($files[$index].Name),$rows`n"
        [Console]::WriteLine("::progress $([Math]::Floor(100 * ($index + 1) / $files.Count))% $($files[$index].Name)")
    }
    Write-Whole $To $content
    Write-Whole $done $occurrence
    Write-Log info 'counted' @{ files = $files.Count; rows = $total }
    [Console]::WriteLine("::result {`"files`":$($files.Count),`"rows`":$total}")
    exit $Success
} catch [UnauthorizedAccessException] {
    Write-Log error 'no permission' @{ error = "$_" }
    exit $NoPermission
} catch {
    Write-Log error 'a file cannot be read or written' @{ error = "$_" }
    exit $RuntimeError
}
