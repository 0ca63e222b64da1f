import './without-eval.ts';
import { StrictMode } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Bridge } from '@sallyport/protocol';
import { App } from './App.tsx';
import { SnapshotSource } from './bridge/snapshot-source.ts';
import { reportTouches } from './bridge/touch-reporter.ts';
import { Capture } from './media/capture.ts';
import { instrumentsOver } from './media/check-instruments.ts';
import { DeviceCheck } from './media/device-check.ts';
import { FaultScreen } from './ui/FaultScreen.tsx';

const monotonic = () => performance.now();

function startPage(bridge: Bridge): ReactNode {
  const source = new SnapshotSource(bridge, monotonic);
  const capture = new Capture(navigator.mediaDevices, (action, milliseconds) => {
    const timer = setInterval(action, milliseconds);
    return () => clearInterval(timer);
  });
  const check = new DeviceCheck(instrumentsOver(bridge, capture));
  reportTouches(window, bridge, monotonic);
  void source.start();
  return <App bridge={bridge} source={source} capture={capture} check={check} />;
}

const container = document.getElementById('page');
if (container === null) throw new Error('the page has no place for its screens');
const bridge = window.sallyport;
createRoot(container).render(<StrictMode>{bridge === undefined ? <FaultScreen /> : startPage(bridge)}</StrictMode>);
