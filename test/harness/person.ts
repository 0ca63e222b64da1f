import type { Page } from 'playwright-core';

interface VirtualCredential {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
}

/**
 * A person of the story with a passkey. The passkey lives in the browser's own virtual authenticator (Chromium's
 * WebAuthn over CTAP2, with user verification); a CDP authenticator belongs to one page, so the person carries the
 * credential from page to page as one carries a hardware key.
 */
export class Person {
  readonly name: string;
  private held: VirtualCredential | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** base64url id of the person's credential, once registered. */
  get credentialId(): string {
    if (this.held === undefined) throw new Error(`${this.name} has no passkey yet`);
    return Buffer.from(this.held.credentialId, 'base64').toString('base64url');
  }

  /** The passkey itself, for a demo whose people use their own browsers. */
  exportPasskey(): { person: string; credentialId: string; privateKey: string; userHandle: string } {
    if (this.held === undefined) throw new Error(`${this.name} has no passkey yet`);
    const { credentialId, privateKey, userHandle = '' } = this.held;
    return { person: this.name, credentialId, privateKey, userHandle };
  }

  /**
   * Plugs the person's passkey into a page for as long as `use` takes, and touches it whenever the page asks.
   * @param options.verified whether the person can also verify (PIN or biometric); default true
   */
  async withPasskey<T>(page: Page, use: () => Promise<T>, options: { verified?: boolean } = {}): Promise<T> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: options.verified ?? true,
        automaticPresenceSimulation: true,
      },
    });
    try {
      if (this.held) await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: this.held });
      return await use();
    } finally {
      await this.takeBack(async () => {
        const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
        await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
        await cdp.detach();
        return credentials;
      });
    }
  }

  /** Keeps the credential with its newest counter; a page that closed (the approver) takes the authenticator with it. */
  private async takeBack(read: () => Promise<VirtualCredential[]>): Promise<void> {
    let credential: VirtualCredential | undefined;
    try {
      credential = (await read()).at(-1);
    } catch {
      if (this.held) this.held = { ...this.held, signCount: this.held.signCount + 10 };
      return;
    }
    if (credential) this.held = credential;
  }
}
