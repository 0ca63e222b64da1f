/**
 * A passkey in software, for a demo on a machine that has no authenticator. It is bundled only into the pages that the
 * demo serves; no package and no ordinary build contains it. The private keys are those of the demo's own people, made
 * a minute ago and served by the demo beside its pages.
 */
interface DemoPasskey {
  person: string;
  credentialId: string;
  /** PKCS #8, base64. */
  privateKey: string;
  userHandle: string;
}

const passkeys = fetch('/demo-passkeys.json').then(async (answer) => (await answer.json()) as DemoPasskey[]);

const toBase64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));

const bytesOf = (source: BufferSource): Uint8Array<ArrayBuffer> =>
  source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : Uint8Array.from(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));

/** ECDSA signatures travel in DER in WebAuthn (Level 3, 6.5.5); WebCrypto gives r ‖ s. */
function toDer(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const integer = (half: Uint8Array): number[] => {
    const trimmed = [...half.subarray(half.findIndex((byte) => byte !== 0))];
    const body = (trimmed[0] ?? 0) > 0x7f ? [0, ...trimmed] : trimmed;
    return [0x02, body.length, ...body];
  };
  const body = [...integer(signature.subarray(0, 32)), ...integer(signature.subarray(32))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

async function assertionBy(passkey: DemoPasskey, options: PublicKeyCredentialRequestOptions): Promise<Credential> {
  const clientDataJSON = new TextEncoder().encode(
    JSON.stringify({
      type: 'webauthn.get',
      challenge: toBase64url(bytesOf(options.challenge)),
      origin: location.origin,
      crossOrigin: false,
    }),
  );
  const rpIdHash = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(options.rpId ?? location.hostname)),
  );
  const counter = Math.floor(Date.now() / 1000);
  const userPresentAndVerified = 0x05;
  const authenticatorData = new Uint8Array(37);
  authenticatorData.set(rpIdHash);
  authenticatorData[32] = userPresentAndVerified;
  new DataView(authenticatorData.buffer).setUint32(33, counter);
  const signed = new Uint8Array(37 + 32);
  signed.set(authenticatorData);
  signed.set(new Uint8Array(await crypto.subtle.digest('SHA-256', clientDataJSON)), 37);
  const key = await crypto.subtle.importKey(
    'pkcs8',
    fromBase64(passkey.privateKey),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  const signature = toDer(new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, signed)));
  const rawId = fromBase64(passkey.credentialId);
  const credential = {
    id: toBase64url(rawId),
    rawId: rawId.buffer,
    type: 'public-key',
    authenticatorAttachment: 'platform',
    getClientExtensionResults: () => ({}),
    response: {
      authenticatorData: authenticatorData.buffer,
      clientDataJSON: clientDataJSON.buffer,
      signature: signature.buffer,
      userHandle: fromBase64(passkey.userHandle).buffer,
    },
  };
  return credential;
}

/** Asks who is touching the key; resolves with nobody when the person cancels. */
function choose(people: readonly DemoPasskey[]): Promise<DemoPasskey | undefined> {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    dialog.dataset['testid'] = 'demo-passkey';
    const heading = document.createElement('h2');
    heading.textContent = 'Demo passkey: who are you?';
    dialog.append(heading);
    const finish = (chosen?: DemoPasskey) => {
      dialog.remove();
      resolve(chosen);
    };
    for (const passkey of people) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = passkey.person;
      button.addEventListener('click', () => {
        finish(passkey);
      });
      dialog.append(button, document.createElement('br'));
    }
    dialog.addEventListener('cancel', () => {
      finish();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

async function get(options?: CredentialRequestOptions): Promise<Credential | null> {
  const request = options?.publicKey;
  if (request === undefined) return null;
  const allowed = request.allowCredentials?.map((descriptor) => toBase64url(bytesOf(descriptor.id))) ?? [];
  const mine = (await passkeys).filter(
    (passkey) => allowed.length === 0 || allowed.includes(toBase64url(fromBase64(passkey.credentialId))),
  );
  const chosen = await choose(mine);
  if (chosen === undefined) throw new DOMException('The demo passkey was not used', 'NotAllowedError');
  return assertionBy(chosen, request);
}

Object.defineProperty(navigator, 'credentials', { value: { get }, configurable: true });
