import type { JSX } from 'react';

const paths = {
  camera: 'M3 7h11a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Zm13.5 4 5.5-3.5v9L16.5 13Z',
  microphone:
    'M12 2a3.2 3.2 0 0 1 3.2 3.2v5.6a3.2 3.2 0 1 1-6.4 0V5.2A3.2 3.2 0 0 1 12 2ZM5 10.5h2a5 5 0 0 0 10 0h2a7 7 0 0 1-6 6.9V20h3v2H8v-2h3v-2.6a7 7 0 0 1-6-6.9Z',
  'microphone-off':
    'M12 2a3.2 3.2 0 0 1 3.2 3.2v5.6l-.1.8L8.8 5.3A3.2 3.2 0 0 1 12 2ZM3.4 2 22 20.6 20.6 22l-4.9-4.9a7 7 0 0 1-2.7 1V20h3v2H8v-2h3v-1.9a7 7 0 0 1-6-6.9v-.7h2v.7a5 5 0 0 0 7.2 4.5l-1.6-1.6a3.2 3.2 0 0 1-3.8-3.2V10L2 3.4Z',
  speaker:
    'M3 9h4l5-4.5v15L7 15H3Zm11.5-.6 1.3-1.5a6.6 6.6 0 0 1 0 10.2l-1.3-1.5a4.6 4.6 0 0 0 0-7.2Zm2.6-3 1.3-1.5a10.6 10.6 0 0 1 0 16.2l-1.3-1.5a8.6 8.6 0 0 0 0-13.2Z',
  network:
    'M2 9.5a14 14 0 0 1 20 0l-2 2a11.3 11.3 0 0 0-16 0Zm4 4a8.5 8.5 0 0 1 12 0l-2 2a5.7 5.7 0 0 0-8 0ZM12 17a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z',
  lock: 'M7 10V7a5 5 0 0 1 10 0v3h1.5a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1Zm2.3 0h5.4V7a2.7 2.7 0 0 0-5.4 0Z',
  yes: 'M12 1.5a10.5 10.5 0 1 1 0 21 10.5 10.5 0 0 1 0-21ZM10.6 16.9l7.5-7.6-1.9-1.9-5.6 5.7-2.8-2.8-1.9 1.9Z',
  partly: 'M12 1.5 23.5 22H.5ZM10.8 9v6.5h2.4V9Zm0 8.3v2.4h2.4v-2.4Z',
  no: 'M7.7 1.5h8.6l6.2 6.2v8.6l-6.2 6.2H7.7l-6.2-6.2V7.7ZM10.8 6v8h2.4V6Zm0 9.8v2.4h2.4v-2.4Z',
  off: 'M12 1.5a10.5 10.5 0 1 1 0 21 10.5 10.5 0 0 1 0-21Zm0 2.6a7.9 7.9 0 1 0 0 15.8 7.9 7.9 0 0 0 0-15.8Z',
  message: 'M3 3h18a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1h-9l-6 5v-5H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Z',
  leave: 'M4 3h9v3h-2V5H6v14h5v-1h2v3H4Zm11.6 5.4 1.4-1.4 5 5-5 5-1.4-1.4 2.6-2.6H9v-2h9.2Z',
} as const;

export type IconName = keyof typeof paths;

/** A sign beside words that say the same; hidden from those who hear the words. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" fill="currentColor" fillRule="evenodd" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
