import type { PowerMonitor } from 'electron';

/** Calls back when the laptop is about to sleep, its session is locked or handed to somebody else, or it shuts down. */
export function watchPower(monitor: PowerMonitor, onAway: () => void): void {
  monitor.on('suspend', onAway);
  monitor.on('lock-screen', onAway);
  monitor.on('user-did-resign-active', onAway);
  monitor.on('shutdown', onAway);
  // Sleep can begin without a word; waking up is then the first that is heard of it.
  monitor.on('resume', onAway);
}
