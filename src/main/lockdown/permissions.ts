import type { Session, WebContents } from 'electron';
import { pageOrigin } from './scheme.ts';

/** What the laptop's state allows, as far as permissions go. */
export interface AllowedDevices {
  readonly camera: boolean;
  readonly microphone: boolean;
  /** Whether media may flow to the media server. */
  readonly media: boolean;
}

/** A permission that is asked for, reduced to what decides it. */
export interface PermissionQuestion {
  readonly permission: string;
  readonly mediaTypes: readonly string[];
  readonly isOurs: boolean;
}

/** Later Chromium asks these for peer connections to addresses of the local network. */
const localNetwork: readonly string[] = ['local-network-access', 'local-network', 'loopback-network'];

/** Decides a permission: camera and microphone as the state allows, nothing else. */
export function isPermitted({ permission, mediaTypes, isOurs }: PermissionQuestion, allowed: AllowedDevices): boolean {
  // SECURITY: Electron grants everything to everybody unless told otherwise; only what is named here is granted (S12).
  if (!isOurs) return false;
  if (localNetwork.includes(permission)) return allowed.media;
  if (permission !== 'media' || mediaTypes.length === 0) return false;
  return mediaTypes.every((type) => (type === 'video' && allowed.camera) || (type === 'audio' && allowed.microphone));
}

/**
 * Makes every permission of a session follow the laptop's state.
 * @param allowed what the state allows at the moment of the question
 */
export function guardPermissions(session: Session, contents: WebContents, allowed: () => AllowedDevices): void {
  session.setPermissionRequestHandler((asking, permission, answer, details) => {
    const mediaTypes = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const isOurs = asking === contents && details.isMainFrame && originOf(details.requestingUrl) === pageOrigin;
    answer(isPermitted({ permission, mediaTypes, isOurs }, allowed()));
  });
  session.setPermissionCheckHandler((asking, permission, origin, { isMainFrame, mediaType }) => {
    const mediaTypes = mediaType === undefined ? [] : [mediaType];
    const isOurs = asking === contents && isMainFrame && originOf(origin) === pageOrigin;
    return isPermitted({ permission, mediaTypes, isOurs }, allowed());
  });
  // SECURITY: no USB, serial, HID or Bluetooth device, and no picture of the screen, in any state (S12).
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null));
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
  session.setUSBProtectedClassesHandler(({ protectedClasses }) => protectedClasses);
}

/** `sallyport://app/` and `sallyport://app` are the same origin; URL gives `null` for schemes it does not know. */
function originOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*/.exec(url)?.[0] ?? '';
}
