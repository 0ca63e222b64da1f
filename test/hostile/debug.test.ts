import { test } from 'vitest';
import { startCanary } from '../harness/canary.ts';
import { inPage } from '../harness/in-page.ts';
import { windowsOn } from '../harness/keyboard.ts';
import { Kiosk } from '../harness/kiosk.ts';
import { attempt, waysElsewhere, waysOut } from './page-attacks.ts';
test('x', async () => {
  const kiosk = await Kiosk.start();
  const canary = await startCanary();
  kiosk.page.on('framenavigated', (f) => console.log('   NAV', f.url(), f === kiosk.page.mainFrame()));
  for (const [name, attack] of Object.entries({ ...waysOut, ...waysElsewhere })) {
    const before = canary.noticed.length;
    const out = await inPage(kiosk.page, attempt, attack as never, { http: canary.http, ws: canary.http.replace('http', 'ws') }).catch((e) => `EVAL ${e}`);
    await new Promise((r) => setTimeout(r, 700));
    console.log(name, '=>', out, 'canary', canary.noticed.slice(before), 'url', kiosk.page.url(), 'win', (await windowsOn(kiosk.desktop)).length, kiosk.app.windows().length);
    if (!(await kiosk.page.getByTestId('screen').isVisible().catch(() => false))) { console.log('   SCREEN GONE'); await kiosk.powerOff('cut'); await kiosk.powerOn(); kiosk.page.on('framenavigated', (f) => console.log('   NAV', f.url(), f === kiosk.page.mainFrame())); }
  }
  // file input
  const file = await kiosk.page.evaluate(() => { const i = document.createElement('input'); i.type = 'file'; document.body.append(i); i.click(); return navigator.userActivation.isActive; });
  await new Promise((r) => setTimeout(r, 2000));
  console.log('file input', file, (await windowsOn(kiosk.desktop)).length);
  // webrtc
  const rtc = await kiosk.page.evaluate(async (port) => {
    const pc = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${port}` }, { urls: `turn:127.0.0.1:${port}?transport=udp`, username: 'a', credential: 'b' }] });
    pc.createDataChannel('x'); const seen: string[] = [];
    pc.onicecandidate = (e) => seen.push(String(e.candidate?.candidate));
    await pc.setLocalDescription(await pc.createOffer());
    await new Promise((r) => setTimeout(r, 3000));
    return seen;
  }, canary.udpPort);
  console.log('rtc', rtc, canary.noticed);
  await kiosk.close();
}, 300_000);
