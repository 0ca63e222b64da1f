import { bridge, channelOf } from '@sallyport/protocol';
import type { Bridge } from '@sallyport/protocol';
import { contextBridge, ipcRenderer } from 'electron';

// SECURITY: the page gets these two functions and nothing else: no channel that is not in the contract, no event object,
// no Electron (page isolation).
const exposed: Bridge = {
  invoke: (name, params) => {
    const refused = { ok: false, refusal: { reason: 'unknown-method' } } as const;
    if (!Object.hasOwn(bridge.invoke, name)) return Promise.resolve(refused);
    return ipcRenderer.invoke(channelOf(name), params);
  },
  on: (name, listener) => {
    if (!Object.hasOwn(bridge.notify, name)) return () => undefined;
    const pass = (_event: unknown, payload: Parameters<typeof listener>[0]): void => listener(payload);
    ipcRenderer.on(channelOf(name), pass);
    return () => void ipcRenderer.removeListener(channelOf(name), pass);
  },
};

contextBridge.exposeInMainWorld('sallyport', exposed);
