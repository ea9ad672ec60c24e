# Connecting.

function Connect-Carillon {
    <#
    .SYNOPSIS
    Says which server and which token the other functions use in this session.
    .DESCRIPTION
    Without it they use the environment variables CARILLON_SERVER and CARILLON_TOKEN. Tokens are made by "carillon tokens
    create"; the token is kept as a SecureString. Calls the server once, to see that it lets in.
    .PARAMETER Server
    Address of the server, https://carillon.example
    .PARAMETER Token
    API token, as a SecureString; asked for when left out.
    .EXAMPLE
    Connect-Carillon -Server https://carillon.example -Token (Read-Host -AsSecureString 'Token')
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)][uri]$Server,
        [Parameter(Mandatory = $true, Position = 1)][securestring]$Token
    )
    if (-not $Server.IsAbsoluteUri -or $Server.Scheme -notin @('http', 'https')) {
        $failure = [ArgumentException]::new("Server: expected https://HOST, got $Server")
        $PSCmdlet.ThrowTerminatingError([Management.Automation.ErrorRecord]::new($failure, 'Carillon.invalid', 'InvalidArgument', $Server))
    }
    $before = $script:Connection
    $script:Connection = @{ Server = $Server.AbsoluteUri.TrimEnd('/'); Token = $Token }
    $isIn = $false
    try {
        $answer = Invoke-CarillonApi GET '/me' -Cmdlet $PSCmdlet
        $isIn = $true
        Write-Verbose "Signed in as $($answer.name)."
    }
    finally { if (-not $isIn) { $script:Connection = $before } }
}
