#Requires -Version 5.1
<#
.SYNOPSIS
  Has Windows wipe the whole machine (doWipeProtected of the RemoteWipe configuration service provider).
.DESCRIPTION
  Run as SYSTEM by the task that register.ps1 makes: the MDM bridge serves nobody else. With -WhatIf it prints the exact
  command and does not run it. Not yet run on Windows.

  Exit codes: 0 Windows accepted it and is about to restart, 1 it did not.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'None')]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$namespace = 'root\cimv2\mdm\dmmap'
$class = 'MDM_RemoteWipe'
# Not doWipe, which gives up when the machine is switched off and on, and not doWipePersist…, which keep something.
$method = 'doWipeProtectedMethod'

try {
    if (-not $PSCmdlet.ShouldProcess("$namespace $class", "$method(param = '')")) { exit 0 }
    $filter = "ParentID = './Vendor/MSFT' and InstanceID = 'RemoteWipe'"
    $found = @(Get-CimInstance -Namespace $namespace -ClassName $class -Filter $filter)
    if ($found.Count -ne 1) { throw 'the MDM bridge offers no RemoteWipe' }
    # The bridge takes its parameter in no other form than this one, which its own documentation shows.
    $parameters = New-Object Microsoft.Management.Infrastructure.CimMethodParametersCollection
    $parameters.Add([Microsoft.Management.Infrastructure.CimMethodParameter]::Create('param', '', 'String', 'In'))
    $session = New-CimSession
    $answer = $session.InvokeMethod($namespace, $found[0], $method, $parameters)
    if ($answer.ReturnValue.Value -ne 0) { throw ('doWipeProtected answered 0x{0:X8}' -f $answer.ReturnValue.Value) }
    exit 0
}
catch {
    [Console]::Error.WriteLine($_.Exception.Message)
    exit 1
}
