#Requires -Version 5.1
<#
.SYNOPSIS
  Starts one of the prepared tasks, waits for its end and ends as it did.
.DESCRIPTION
  Run by the laptop's own account, which may start these tasks and nothing else of the kind. Not yet run on Windows.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('erase-bitlocker', 'look-at-bitlocker', 'erase-mdm')]
    [string] $Task
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$folder = '\Sallyport\'
$deadline = (Get-Date).AddSeconds(45)

function Wait-ForEnd([datetime] $Before) {
    while ((Get-Date) -lt $deadline) {
        $state = (Get-ScheduledTask -TaskPath $folder -TaskName $Task).State
        $info = Get-ScheduledTaskInfo -TaskPath $folder -TaskName $Task
        if ($state -eq 'Ready' -and $info.LastRunTime -ne $Before) { return $info.LastTaskResult }
        Start-Sleep -Milliseconds 250
    }
    throw "$Task did not end in time"
}

try {
    # The time of the last run is kept in whole seconds: a second run within the same one could not be told from the first.
    Start-Sleep -Milliseconds 1100
    $before = (Get-ScheduledTaskInfo -TaskPath $folder -TaskName $Task).LastRunTime
    Start-ScheduledTask -TaskPath $folder -TaskName $Task
    $result = Wait-ForEnd -Before $before
    # SECURITY: named one by one: a result that is no exit code must not turn into one that says "done" (S34).
    if ($result -eq 0) { exit 0 }
    if ($result -eq 3) { exit 3 }
    throw "$Task ended with $result"
}
catch {
    [Console]::Error.WriteLine($_.Exception.Message)
    exit 1
}
