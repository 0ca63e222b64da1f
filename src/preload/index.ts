import { bridge, channelOf } from '@sallyport/protocol';
import type { Bridge, InvokeName } from '@sallyport/protocol';
import { contextBridge, ipcRenderer } from 'electron';

// SECURITY: the page gets these two functions and nothing else: no channel that is not in the contract, no event object,
// no Electron (S12).
const exposed: Bridge = {
  invoke: async (name, params) => {
    if (!isInvocation(name)) return { ok: false, refusal: { reason: 'unknown-method' } };
    try {
      return await ipcRenderer.invoke(channelOf(name), params);
    } catch {
      // What cannot be sent at all (a function, a window) is malformed; nothing crosses the bridge as an exception.
      return { ok: false, refusal: { reason: 'malformed' } };
    }
  },
  on: (name, listener) => {
    if (typeof (name as unknown) !== 'string' || !Object.hasOwn(bridge.notify, name)) return () => undefined;
    const pass = (_event: unknown, payload: Parameters<typeof listener>[0]): void => listener(payload);
    ipcRenderer.on(channelOf(name), pass);
    return () => void ipcRenderer.removeListener(channelOf(name), pass);
  },
};

/** SECURITY: a text, read once: an object could turn into another name between the check and the use (S12). */
function isInvocation(name: unknown): name is InvokeName {
  return typeof name === 'string' && Object.hasOwn(bridge.invoke, name);
}

contextBridge.exposeInMainWorld('sallyport', exposed);
