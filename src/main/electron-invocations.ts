import { ipcMain } from 'electron';
import type { IpcMainInvokeEvent } from 'electron';
import type { InvocationSource, Sender } from './ipc.ts';

/** Electron's own door, reduced to who asks and with what. */
export const electronInvocations: InvocationSource = {
  handle: (channel, listener) =>
    ipcMain.handle(channel, (event, ...parameters: unknown[]) => listener(senderOf(event), parameters)),
};

function senderOf({ sender, senderFrame }: IpcMainInvokeEvent): Sender {
  // A frame that has navigated or gone away since is nobody's.
  const isMainFrame = senderFrame !== null && senderFrame.parent === null && senderFrame === sender.mainFrame;
  return { contents: sender.id, isMainFrame, origin: senderFrame?.origin ?? '' };
}

/** SECURITY: the contract is the only door: what a library listens to by itself is closed (S12). */
export function closeForeignDoors(): void {
  ipcMain.removeAllListeners('electron-store-get-data');
}
