// The baseline of the start bench: the least an Electron app can do and still paint words.
const { app, BrowserWindow } = require('electron');
app.setPath(
  'userData',
  process.argv.find((value) => value.startsWith('--user-data='))?.slice(12) ?? app.getPath('userData'),
);
void app.whenReady().then(() => {
  const window = new BrowserWindow({ fullscreen: true });
  void window.loadFile(`${__dirname}/index.html`);
});
