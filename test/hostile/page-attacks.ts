// What code in the laptop's page can try. Each function is sent into the page as it stands, so it uses nothing from outside.

/** Where an attack wants to go. */
export interface Target {
  http: string;
  ws: string;
}

type Attack = (target: Target) => unknown;

/** Ways out to another machine: all of them are expected to reach nobody. */
export const waysOut: Record<string, Attack> = {
  fetch: ({ http }) => fetch(`${http}/fetch`, { mode: 'no-cors' }),
  XMLHttpRequest: ({ http }) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${http}/xhr`);
    request.send('x');
  },
  WebSocket: ({ ws }) => new WebSocket(ws).readyState,
  EventSource: ({ http }) => new EventSource(`${http}/events`).readyState,
  sendBeacon: ({ http }) => navigator.sendBeacon(`${http}/beacon`, 'x'),
  Worker: ({ http }) => new Worker(`${http}/worker.js`).onerror,
  'blob Worker': ({ http }) =>
    new Worker(URL.createObjectURL(new Blob([`fetch('${http}/blob')`], { type: 'text/javascript' }))).onerror,
  SharedWorker: ({ http }) => new SharedWorker(`${http}/shared.js`).onerror,
  ServiceWorker: () => navigator.serviceWorker.register('assets/worker.js').then(String),
  'elements that load': ({ http }) => {
    for (const name of ['img', 'script', 'iframe', 'embed', 'video', 'audio', 'source', 'track', 'object', 'frame']) {
      const made = document.createElement(name);
      made.setAttribute(name === 'object' ? 'data' : 'src', `${http}/${name}`);
      document.body.append(made);
    }
  },
  stylesheet: ({ http }) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = `${http}/style.css`;
    document.head.append(link);
  },
  'prefetch and preconnect': ({ http }) => {
    for (const rel of ['prefetch', 'preconnect', 'dns-prefetch', 'modulepreload', 'prerender', 'icon', 'manifest']) {
      const link = document.createElement('link');
      link.rel = rel;
      link.href = `${http}/${rel}`;
      document.head.append(link);
    }
  },
  'background picture': ({ http }) => {
    document.body.style.backgroundImage = `url(${http}/background)`;
  },
  'form post': ({ http }) => {
    const form = document.createElement('form');
    form.action = `${http}/form`;
    form.method = 'post';
    document.body.append(form);
    form.submit();
  },
  'form in a new window': ({ http }) => {
    const form = document.createElement('form');
    form.action = `${http}/form`;
    form.target = '_blank';
    document.body.append(form);
    form.submit();
  },
  'window.open': ({ http }) => window.open(`${http}/window`)?.closed,
  'download anchor': ({ http }) => {
    const anchor = document.createElement('a');
    anchor.href = `${http}/download`;
    anchor.download = 'file.txt';
    anchor.ping = `${http}/ping`;
    anchor.click();
  },
  'new window anchor': ({ http }) => {
    const anchor = document.createElement('a');
    anchor.href = `${http}/anchor`;
    anchor.target = '_blank';
    anchor.click();
  },
  'meta refresh': ({ http }) => {
    const meta = document.createElement('meta');
    meta.httpEquiv = 'refresh';
    meta.content = `0; url=${http}/refresh`;
    document.head.append(meta);
  },
  'location.assign': ({ http }) => location.assign(`${http}/location`),
  'location.replace': ({ http }) => location.replace(`${http}/replace`),
  WebTransport: ({ http }) => new WebTransport(http.replace('http:', 'https:')).ready,
  'speech recognition': () => {
    const scope = window as unknown as Record<string, new () => { start(): void }>;
    const Recognition = scope['webkitSpeechRecognition'];
    if (Recognition !== undefined) new Recognition().start();
  },
};

/** Ways to another page or window on this machine. */
export const waysElsewhere: Record<string, Attack> = {
  'a file': () => location.assign('file:///etc/passwd'),
  'a file in a window': () => window.open('file:///etc/passwd')?.closed,
  'its own page in a window': () => window.open('sallyport://app/', 'second', 'popup')?.closed,
  'a data address': () => location.assign('data:text/html,<h1>hello</h1>'),
  'a blob address': () => location.assign(URL.createObjectURL(new Blob(['<h1>hello</h1>'], { type: 'text/html' }))),
  'chrome://gpu': () => location.assign('chrome://gpu'),
  'a mail program': () => location.assign('mailto:somebody@example.org'),
  'another host of its scheme': () => location.assign('sallyport://other/'),
  print: () => window.print(),
  alert: () => window.alert('hello'),
  confirm: () => window.confirm('hello'),
  prompt: () => window.prompt('hello'),
  'moving the window': () => {
    window.moveTo(10, 10);
    window.resizeTo(200, 200);
  },
  'leaving full screen': () => document.exitFullscreen(),
  'saving a page': () => {
    const anchor = document.createElement('a');
    anchor.href = URL.createObjectURL(new Blob(['x']));
    anchor.download = 'file.txt';
    anchor.click();
  },
  'a file picker': () =>
    (window as unknown as Record<string, () => Promise<unknown>>)['showOpenFilePicker']?.().then(String),
  'a save dialog': () =>
    (window as unknown as Record<string, () => Promise<unknown>>)['showSaveFilePicker']?.().then(String),
  'a folder picker': () =>
    (window as unknown as Record<string, () => Promise<unknown>>)['showDirectoryPicker']?.().then(String),
  'a protocol handler': () => navigator.registerProtocolHandler('web+evil', 'sallyport://app/?%s'),
  'the share sheet': () => navigator.share({ text: 'hello' }),
};

/**
 * Runs one attack. One that never settles is left once what it set off has had its turn in the page and in the main process:
 * the question behind it has been answered, and the page has been painted.
 * @returns what it came to, for a person who reads a failure
 */
export async function attempt(attack: Attack, target: Target): Promise<string> {
  const tried = async (): Promise<string> => {
    try {
      return String(await attack(target));
    } catch (error) {
      return String(error);
    }
  };
  const outcome = tried();
  const late = async (): Promise<string> => {
    await window.sallyport.invoke('snapshot', {});
    await new Promise((resolve) => requestAnimationFrame(() => requestIdleCallback(resolve)));
    return 'silence';
  };
  return Promise.race([outcome, late()]);
}

/** Keys and chords that mean something to a browser, a desktop or a screen reader; xdotool's names. */
export const keys: readonly string[] = [
  ...Array.from({ length: 12 }, (_, index) => `F${index + 1}`),
  ...['w', 'n', 't', 'p', 's', 'o', 'r', 'u', 'f', 'l', 'j', 'h', 'd', 'q', 'a', 'c', 'x', 'plus', 'minus', '0'].map(
    (key) => `ctrl+${key}`,
  ),
  ...['i', 'j', 'c', 'n', 't', 'r', 'Delete', 'Escape', 'Tab'].map((key) => `ctrl+shift+${key}`),
  ...['F4', 'Tab', 'Left', 'Right', 'Home', 'space', 'd', 'f', 'F2', 'Escape', 'Print'].map((key) => `alt+${key}`),
  ...['ctrl+F4', 'ctrl+Tab', 'ctrl+F5', 'shift+F5', 'shift+F10', 'ctrl+Escape', 'ctrl+alt+t', 'ctrl+alt+Delete'],
  ...['super+l', 'super+e', 'super+r', 'super+d', 'super+Tab', 'Super_L', 'Menu', 'Escape', 'Print', 'F11'],
  ...['XF86Back', 'XF86Refresh', 'XF86HomePage', 'XF86WWW', 'XF86Search', 'XF86Mail', 'XF86Explorer'],
];

/**
 * Has WebRTC look for ways to a host over UDP and TCP, until it has looked everywhere.
 * @returns how many addresses it found for itself
 */
export async function gather({ udp, tcp }: { udp: number; tcp: number }): Promise<number> {
  const turn = { username: 'somebody', credential: 'something' };
  const connection = new RTCPeerConnection({
    iceServers: [
      { urls: `stun:127.0.0.1:${udp}` },
      { urls: `turn:127.0.0.1:${udp}?transport=udp`, ...turn },
      { urls: `turn:127.0.0.1:${tcp}?transport=tcp`, ...turn },
    ],
  });
  let found = 0;
  const complete = new Promise<void>((resolve) => {
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null) resolve();
      else found += 1;
    };
  });
  connection.createDataChannel('out');
  await connection.setLocalDescription(await connection.createOffer());
  await complete;
  connection.close();
  return found;
}
