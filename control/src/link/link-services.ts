import type {
  ActivationEnd,
  DeviceRequestParams,
  DeviceRequestResult,
  Hello,
  LifecycleName,
} from '@sallyport/protocol';
import type { Answer, Checks, Erasures, Rooms, TrustDocuments } from '../ports.ts';

/** A laptop as its certificate proved it. */
export interface LinkedDevice {
  id: string;
  name: string;
  site: string;
}

type Nothing = Record<string, never>;

/** What the rest of control does with what laptops say and ask; given to the link before it listens. */
export interface LinkServices {
  rooms: Rooms;
  checks: Checks;
  trust: TrustDocuments;
  erasures: Pick<Erasures, 'accept'>;
  activations: {
    greeted(device: LinkedDevice, hello: Hello): Promise<void>;
    reported(device: LinkedDevice, state: LifecycleName): Promise<void>;
    ended(device: LinkedDevice, grant: number, reason: ActivationEnd): Promise<void>;
  };
  /** Compares how far a laptop says it has come with what control knows, before it is welcomed. */
  sequences: { compare(device: LinkedDevice, hello: Hello): Promise<unknown> };
  deviceRecord: {
    report(device: LinkedDevice, params: DeviceRequestParams<'record.report'>): Promise<Answer<Nothing>>;
    checkpoint(
      device: LinkedDevice,
      params: DeviceRequestParams<'audit.checkpoint'>,
    ): Promise<Answer<DeviceRequestResult<'audit.checkpoint'>>>;
    countersign(device: LinkedDevice, params: DeviceRequestParams<'audit.countersign'>): Promise<Answer<Nothing>>;
  };
  certificates: { renew(device: LinkedDevice, request: string): Promise<Answer<{ certificate: string }>> };
  /** A laptop connected: what waits for it can be delivered. Must not throw. */
  connected(device: string): void;
}
