import type { StartRefusal } from '@sallyport/protocol';

/** What a nurse reads to the service desk: short, and no two sound alike. Listed in docs/operations.md; never reused. */
export const startCodes: Readonly<Record<StartRefusal, string>> = {
  'key-store-missing': 'K1',
  'key-store-locked': 'K2',
  'key-store-plaintext': 'K3',
  'key-store-changed': 'K4',
  'record-tampered': 'R1',
  'record-missing': 'R2',
  'disk-fault': 'D1',
  'machine-file': 'M1',
};
