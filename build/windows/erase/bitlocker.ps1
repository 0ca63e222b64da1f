#Requires -Version 5.1
<#
.SYNOPSIS
  Puts the system drive into a BitLocker recovery that nobody has a key for, or looks whether it is in that state.
.DESCRIPTION
  Run as SYSTEM by the tasks that register.ps1 makes. With -WhatIf it prints the exact commands for this drive and runs
  none of them. Not yet run on Windows.

  Why not `manage-bde -forcerecovery` or `-protectors -delete`: the first deletes the protectors of the security chip only
  and leaves the recovery password, which is usually escrowed; the second, when it deletes the last protector, writes the
  drive's key to the disk unprotected. So a protector with a random key that is saved nowhere is added first, and then every
  other one is deleted.

  Exit codes: 0 erased, 3 not erased, 1 it could not be done or told.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'None')]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('Erase', 'Look')]
    [string] $Do
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$namespace = 'root\cimv2\Security\MicrosoftVolumeEncryption'
$drive = 'C:'
$friendlyName = 'Sallyport: nobody has this key'
$externalKey = 2
$fullyEncrypted = 1
$protected = 1

function Get-Drive {
    $found = @(Get-CimInstance -Namespace $namespace -ClassName Win32_EncryptableVolume -Filter "DriveLetter = '$drive'")
    if ($found.Count -ne 1) { throw "BitLocker knows no drive $drive" }
    return $found[0]
}

# A question to BitLocker: asked in a rehearsal too, because it changes nothing.
function Get-Answer([string] $Method, [hashtable] $With = @{}) {
    $answer = Invoke-CimMethod -InputObject $volume -MethodName $Method -Arguments $With -WhatIf:$false -Confirm:$false
    if ($answer.ReturnValue -ne 0) { throw ('{0} answered 0x{1:X8}' -f $Method, $answer.ReturnValue) }
    return $answer
}

# Something that changes the drive: done, or in a rehearsal only printed.
function Invoke-Change([string] $Method, [hashtable] $With = @{}) {
    $words = ($With.GetEnumerator() | ForEach-Object { "$($_.Key) = '$($_.Value)'" }) -join ', '
    if (-not $PSCmdlet.ShouldProcess("Win32_EncryptableVolume $drive", "$Method($words)")) { return $null }
    return Get-Answer -Method $Method -With $With
}

function Get-ProtectorIds {
    $all = Get-Answer -Method 'GetKeyProtectors' -With @{ KeyProtectorType = [uint32] 0 }
    return @($all.VolumeKeyProtectorID | Where-Object { $_ })
}

function Test-Protector([string] $Id) {
    $type = (Get-Answer -Method 'GetKeyProtectorType' -With @{ VolumeKeyProtectorID = $Id }).KeyProtectorType
    if ($type -ne $externalKey) { return $false }
    $name = (Get-Answer -Method 'GetKeyProtectorFriendlyName' -With @{ VolumeKeyProtectorID = $Id }).FriendlyName
    return $name -eq $friendlyName
}

# SECURITY: a drive that is not encrypted to its end, or whose protection is suspended, has its content or its key in the
# open: whatever its protectors are, it does not count as erased (S34).
function Test-Erased {
    if ((Get-Answer -Method 'GetConversionStatus').ConversionStatus -ne $fullyEncrypted) { return $false }
    if ((Get-Answer -Method 'GetProtectionStatus').ProtectionStatus -ne $protected) { return $false }
    $ids = @(Get-ProtectorIds)
    return ($ids.Count -eq 1) -and (Test-Protector -Id $ids[0])
}

function Invoke-Erasure {
    if ((Get-Answer -Method 'GetConversionStatus').ConversionStatus -ne $fullyEncrypted) { throw "$drive is not fully encrypted" }
    $former = @(Get-ProtectorIds)
    # SECURITY: without ExternalKey Windows draws the key itself; it is never asked for and never saved to a file (S34).
    Invoke-Change -Method 'ProtectKeyWithExternalKey' -With @{ FriendlyName = $friendlyName } | Out-Null
    # Ends a suspension: it would leave the drive's key on the disk in the open.
    Invoke-Change -Method 'EnableKeyProtectors' | Out-Null
    # SECURITY: all that were there before, one of ours from an earlier try included: only the newest key was never seen (S34).
    foreach ($id in $former) {
        Invoke-Change -Method 'DeleteKeyProtector' -With @{ VolumeKeyProtectorID = $id } | Out-Null
    }
}

try {
    $volume = Get-Drive
    if ($Do -eq 'Erase' -and ($WhatIfPreference -or -not (Test-Erased))) { Invoke-Erasure }
    if ($WhatIfPreference) { exit 0 }
    if (Test-Erased) { exit 0 }
    exit 3
}
catch {
    [Console]::Error.WriteLine($_.Exception.Message)
    exit 1
}
