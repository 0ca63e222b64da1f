import { RoomClient } from '@sallyport/room-client';
import type { RoomSignalling } from '@sallyport/room-client';
import { guestSocketPath } from '@sallyport/protocol';
import { connectToRooms } from '../clinic/room-socket.ts';
import { RoomSession } from '../clinic/room-session.ts';
import type { Api } from '../ui/api.ts';
import { ConsoleTrust } from '../ui/trust.ts';
import { GuestAdmission } from './guest-admission.ts';
import { GuestStay } from './guest-stay.ts';
import { OwnKey } from './own-key.ts';
import { UsedLink } from './used-link.ts';

/** The stay of this page. */
export type PageStay = GuestStay<RoomSession>;

const routes = { chain: 'guestTrustChain', roster: 'guestTrustRoster' } as const;

/** Makes the page's stay, with the browser around it. @param token of the link, if the address carried one */
export function makeStay(api: Api, token: string | undefined): PageStay {
  const now = () => Date.now();
  const key = new OwnKey();
  return new GuestStay({
    ...{ api, token, key, wait, now },
    usedLink: new UsedLink(() => window.localStorage),
    makeRoom: async (view, proof) => {
      const { kind } = view.guest;
      const trust = new ConsoleTrust({ api, routes, storage: window.localStorage, now });
      const mediaKey = await key.madeHere();
      return new RoomSession({
        kind,
        connect: () => connectToRooms(guestSocketPath),
        makeClient: (signalling: RoomSignalling) => new RoomClient({ signalling, room: view.appointment.id, kind }),
        admission: new GuestAdmission({ trust, proof, view, mediaKey, now }),
        devices: ownDevices(),
        ...{ wait, now },
      });
    },
  });
}

/** Undefined where the page is not a secure context. */
export function ownDevices(): MediaDevices | undefined {
  return 'mediaDevices' in navigator ? navigator.mediaDevices : undefined;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    window.setTimeout(resolve, milliseconds);
  });
}
