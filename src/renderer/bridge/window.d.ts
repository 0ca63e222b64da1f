import type { Bridge } from '@sallyport/protocol';

declare global {
  interface Window {
    /** Exposed by the preload script; missing only when that did not run. */
    readonly sallyport?: Bridge;
  }
}
