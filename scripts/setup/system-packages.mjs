// What the product's tests and demo need from the system: a browser, a display, a session bus with a key store.
import { install, missingPackages, naming } from './debian.mjs';

/** @type {readonly import('./debian.mjs').Package[]} */
const needed = [
  // The consoles' browser, and the one font that every picture is drawn with.
  'chromium',
  'fonts-dejavu-core',
  // A display without a screen, a window manager that leaves every key alone, a hand to press them.
  'xvfb',
  'openbox',
  'xdotool',
  // The operating system's key store and the bus it is reached by.
  'dbus',
  'gnome-keyring',
  // A security chip in software, how it is reached, and the programs the client uses one by.
  'swtpm',
  ['libtss2-tcti-swtpm0t64', 'libtss2-tcti-swtpm0'],
  'tpm2-tools',
  // Encrypted volumes, to be erased.
  'cryptsetup-bin',
  // Pictures for the fake camera, pictures of the screen.
  'ffmpeg',
  'unzip',
  // Having the kernel fail or kill a program at a chosen system call.
  'strace',
  // Running as another user (`setpriv`), under limits, on a file system of its own.
  'util-linux',
  // Asking the window manager whether it is there, the kernel which sockets are open.
  'x11-utils',
  'iproute2',
  // The model checker, and the compiler its search is built with.
  'spin',
  'gcc',
  'libc6-dev',
  // Libraries of Electron.
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libasound2t64', 'libasound2'],
  'libnss3',
  'libgbm1',
];

/** @type {import('./step.d.mts').Step} */
export const systemPackages = {
  topic: 'system packages',
  missing() {
    const missing = missingPackages(needed);
    return missing.length === 0 ? undefined : `missing: ${naming(missing)}`;
  },
  provide: () => install('system packages', missingPackages(needed)),
};
