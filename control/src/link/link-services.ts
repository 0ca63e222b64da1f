import type { ActivationEnd, SignedReceipt } from '@sallyport/protocol';
import type { Answer, Rooms, TrustDocuments } from '../ports.ts';

/** A laptop as its certificate proved it. */
export interface LinkedDevice {
  id: string;
  name: string;
  site: string;
}

/** What the rest of control does with what laptops ask; given to the link before it listens. */
export interface LinkServices {
  rooms: Rooms;
  trust: TrustDocuments;
  receipts: { accept(receipt: SignedReceipt): Promise<Answer<Record<string, never>>> };
  activations: { ended(device: LinkedDevice, grant: number, reason: ActivationEnd): Promise<void> };
  certificates: { renew(device: LinkedDevice, request: string): Promise<Answer<{ certificate: string }>> };
  /** A laptop connected: what waits for it can be delivered. Must not throw. */
  connected(device: string): void;
}
