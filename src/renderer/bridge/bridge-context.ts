import { createContext, useContext } from 'react';
import type { Bridge } from '@sallyport/protocol';

export const BridgeContext = createContext<Bridge | undefined>(undefined);

/** The bridge to the main process: the page's only way out. Throws outside a `BridgeContext`. */
export function useBridge(): Bridge {
  const bridge = useContext(BridgeContext);
  if (bridge === undefined) throw new Error('no bridge around this component');
  return bridge;
}
