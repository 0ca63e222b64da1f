import { bridge, channelOf } from '@sallyport/protocol';
import type { Bridge, InvokeName, InvokeParams, InvokeResult, Outcome, RequestRefusal } from '@sallyport/protocol';
import { contextBridge, ipcRenderer } from 'electron';

// SECURITY: the page gets these two functions and nothing else: no channel that is not in the contract, no event object,
// no Electron (S12).
const exposed: Bridge = {
  invoke: async <N extends InvokeName>(name: N, params: InvokeParams<N>): Promise<InvokeResult<N>> => {
    if (!isNameOf(bridge.invoke, name)) return refusal('unknown-method') as InvokeResult<N>;
    try {
      return (await ipcRenderer.invoke(channelOf(name), params)) as InvokeResult<N>;
    } catch {
      // What cannot be sent at all (a function, a window) is malformed; nothing crosses the bridge as an exception.
      return refusal('malformed') as InvokeResult<N>;
    }
  },
  on: (name, listener) => {
    if (!isNameOf(bridge.notify, name)) return () => undefined;
    const pass = (_event: unknown, payload: Parameters<typeof listener>[0]): void => listener(payload);
    ipcRenderer.on(channelOf(name), pass);
    return () => void ipcRenderer.removeListener(channelOf(name), pass);
  },
};

function refusal(reason: RequestRefusal): Outcome<never> {
  return { ok: false, refusal: { reason } };
}

/** SECURITY: a text, read once: an object could turn into another name between the check and the use (S12). */
function isNameOf(table: object, name: unknown): boolean {
  return typeof name === 'string' && Object.hasOwn(table, name);
}

contextBridge.exposeInMainWorld('sallyport', exposed);
