// What code in the laptop's page can ask of the browser it runs in. Each function is sent into the page as it stands.

/** Asks for everything a page can ask a browser for, except camera and microphone. @returns what was granted */
export async function permissionsGranted(): Promise<string[]> {
  const scope = navigator as unknown as Record<string, Record<string, (options?: unknown) => Promise<unknown>>>;
  const asks: Record<string, () => Promise<unknown> | undefined> = {
    geolocation: () =>
      new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: 5000 })),
    notifications: async () => {
      if ((await Notification.requestPermission()) !== 'granted') throw new Error('denied');
    },
    'screen capture': () => navigator.mediaDevices.getDisplayMedia({ video: true }),
    'clipboard read': () => navigator.clipboard.readText(),
    'clipboard read items': () => navigator.clipboard.read(),
    MIDI: () => navigator.requestMIDIAccess({ sysex: true }),
    USB: () => scope['usb']?.['requestDevice']?.({ filters: [] }),
    serial: () => scope['serial']?.['requestPort']?.(),
    HID: () =>
      scope['hid']?.['requestDevice']?.({ filters: [] }).then((devices) => {
        if ((devices as unknown[]).length === 0) throw new Error('none');
      }),
    Bluetooth: () => scope['bluetooth']?.['requestDevice']?.({ acceptAllDevices: true }),
    'wake lock': () => scope['wakeLock']?.['request']?.('screen'),
    'idle detection': async () => {
      const Detector = (window as unknown as Record<string, { requestPermission(): Promise<string> } | undefined>)[
        'IdleDetector'
      ];
      if ((await Detector?.requestPermission()) !== 'granted') throw new Error('denied');
    },
    'storage persistence': async () => {
      if (!(await navigator.storage.persist())) throw new Error('denied');
    },
    'pointer lock': async () => {
      await document.body.requestPointerLock();
      if (document.pointerLockElement === null) throw new Error('denied');
    },
    'local fonts': async () => {
      const scope = window as unknown as Record<string, (() => Promise<unknown[]>) | undefined>;
      if (((await scope['queryLocalFonts']?.()) ?? []).length === 0) throw new Error('none');
    },
    'a passkey': () => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(32), timeout: 3000 } }),
  };
  const granted: string[] = [];
  for (const [name, ask] of Object.entries(asks)) {
    try {
      const asked = ask();
      if (asked === undefined) continue;
      await asked;
      granted.push(name);
    } catch {
      // Refused, as it should be.
    }
  }
  return granted;
}

/** Asks for camera and microphone. @returns what was given */
export async function devicesGiven(): Promise<string[]> {
  const given: string[] = [];
  for (const [name, constraints] of Object.entries({ camera: { video: true }, microphone: { audio: true } })) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of stream.getTracks()) track.stop();
      given.push(name);
    } catch {
      // Refused.
    }
  }
  return given;
}

/** Stores a word wherever a page can. */
export async function store(word: string): Promise<void> {
  const attempts: (() => unknown)[] = [
    () => localStorage.setItem('word', word),
    () => sessionStorage.setItem('word', word),
    () => (document.cookie = `word=${word}; max-age=86400`),
    () => caches.open(word).then((cache) => cache.put('/word', new Response(word))),
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open(word);
        opening.onupgradeneeded = () => opening.result.createObjectStore('words').put(word, 'word');
        opening.onsuccess = () => {
          opening.result.close();
          resolve(undefined);
        };
        opening.onerror = () => reject(new Error('refused'));
      }),
    async () => {
      const root = await navigator.storage.getDirectory();
      const file = await (await root.getFileHandle(word, { create: true })).createWritable();
      await file.write(word);
      await file.close();
    },
  ];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch {
      // Refused, which is as good.
    }
  }
}

/** Everything the page finds stored. */
export async function stored(): Promise<string> {
  const attempts: (() => unknown)[] = [
    () => JSON.stringify(localStorage),
    () => document.cookie,
    () => caches.keys(),
    async () => (await indexedDB.databases()).map(({ name }) => name),
    async () => {
      const found: string[] = [];
      for await (const name of (await navigator.storage.getDirectory()).keys()) found.push(name);
      return found;
    },
  ];
  const found: string[] = [];
  for (const attempt of attempts) {
    try {
      found.push(String(await attempt()));
    } catch {
      found.push('refused');
    }
  }
  return found.join('\n');
}
