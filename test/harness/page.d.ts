import type { Bridge } from '@sallyport/protocol';

declare global {
  interface Window {
    /** What the preload script exposes to the laptop's page. */
    sallyport: Bridge;
  }
}
