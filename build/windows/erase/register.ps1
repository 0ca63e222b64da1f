#Requires -Version 5.1
#Requires -RunAsAdministrator
<#
.SYNOPSIS
  Prepares the tasks by which the laptop's own account asks for an erasure of the machine. Run once, when the image is made.
.PARAMETER Account
  The account that Sallyport runs under. It has no other rights over the machine.
.DESCRIPTION
  The scripts lie in %ProgramFiles%\Sallyport\erase, where only administrators may write. Not yet run on Windows.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)]
    [string] $Account
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$scripts = 'C:\Program Files\Sallyport\erase'
$powershell = 'C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe'
$folder = '\Sallyport'

# SECURITY: what each task does is fixed here: whoever starts it gives it nothing (S34).
$tasks = @{
    'erase-bitlocker'   = "-File `"$scripts\bitlocker.ps1`" -Do Erase"
    'look-at-bitlocker' = "-File `"$scripts\bitlocker.ps1`" -Do Look"
    'erase-mdm'         = "-File `"$scripts\mdm.ps1`""
}

$sid = (New-Object System.Security.Principal.NTAccount($Account)).Translate([System.Security.Principal.SecurityIdentifier]).Value
# SECURITY: SYSTEM and administrators may do all; the laptop's account may start the task and read how it ended (S34).
$rights = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFX;;;$sid)"

$principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
# A task does not start on battery unless told so, and a lost laptop is on battery.
$settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Minutes 2)

$service = New-Object -ComObject 'Schedule.Service'
$service.Connect()

foreach ($name in $tasks.Keys) {
    $arguments = "-NoProfile -NonInteractive -ExecutionPolicy Bypass $($tasks[$name])"
    if (-not $PSCmdlet.ShouldProcess("$folder\$name for $sid", "$powershell $arguments")) { continue }
    $action = New-ScheduledTaskAction -Execute $powershell -Argument $arguments
    Register-ScheduledTask -TaskPath $folder -TaskName $name -Action $action -Principal $principal -Settings $settings -Force | Out-Null
    # 0x10: no entry is added for the account that the task runs under.
    $service.GetFolder($folder).GetTask($name).SetSecurityDescriptor($rights, 0x10)
}
