# Calls of the API, and what is made of its refusals.

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
