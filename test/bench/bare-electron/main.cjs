// The baseline of the start bench: the least an Electron app can do and still paint words.
const { app, BrowserWindow } = require('electron');
const given = process.argv.find((value) => value.startsWith('--user-data='));
if (given !== undefined) app.setPath('userData', given.slice('--user-data='.length));
void app.whenReady().then(async () => {
  const window = new BrowserWindow({ fullscreen: true });
  await window.loadFile(`${__dirname}/index.html`);
  await window.webContents.executeJavaScript(
    'new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(() => painted())))',
  );
  process.stdout.write('painted\n');
});
