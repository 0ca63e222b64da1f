import { createCipheriv, createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Random } from '../platform/random.ts';
import { SimulatedDisk } from '../platform/testing/simulated-disk.ts';
import { openRecord, sealRecord } from './record-envelope.ts';
import { openSealedJournal } from './sealed-journal.ts';

// What lies on laptops is read by later versions: the bytes of format 2, written out here by hand and once for all.

/** Bytes that count up from the given one: 00 01 02 … */
const counting = (first: number, length = 32): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => first + index));

const key = counting(0x00);
const salt = counting(0x40);
const dataKey = counting(0x80);

/** RFC 5869 written out with HMAC, for one block of output. */
function hkdf(secret: Uint8Array, salted: Uint8Array, label: string): Buffer {
  const extracted = createHmac('sha256', salted).update(secret).digest();
  return createHmac('sha256', extracted).update(label).update(Uint8Array.of(1)).digest();
}

function sealed(under: Uint8Array, nonce: string, data: string, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', under, Buffer.from(nonce, 'hex'), { authTagLength: 16 });
  cipher.setAAD(Buffer.from(data));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Draws the given bytes one after the other. */
function drawing(...drawn: Buffer[]): Random {
  return { bytes: (length) => Uint8Array.from((drawn.shift() ?? Buffer.alloc(0)).subarray(0, length)) };
}

describe('S8 S31 the record, format 2', () => {
  const binding = { purpose: 'device', instance: 'sallyport-1', schemaVersion: 3 };
  const value = { sequence: 7 };
  const text =
    '{"format":2,"schemaVersion":3,"generation":5,"salt":"QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=","sealed":"RECORD"}';

  test('is what the description says', () => {
    const under = hkdf(key, salt, 'sallyport/record-data-key/2');
    const data = '["sallyport/record",2,"device","sallyport-1",3,5]';
    const body = sealed(under, '000000000000000000000005', data, Buffer.from('{"sequence":7}')).toString('base64');
    expect(sealRecord(key, binding, { value, generation: 5 }, drawing(salt))).toBe(text.replace('RECORD', body));
  });

  test('is these very bytes', () => {
    const written = text.replace('RECORD', 'JP/7l5rQzASDzSb3tsIvIeRsT6LKLsSu2PXdZzhj');
    expect(sealRecord(key, binding, { value, generation: 5 }, drawing(salt))).toBe(written);
    expect(openRecord(key, binding, written)).toEqual({ value, schemaVersion: 3, generation: 5 });
  });

  test('has no reader for format 1', () => {
    const written = sealRecord(key, binding, { value, generation: 5 }, drawing(salt));
    expect(openRecord(key, binding, written.replace('"format":2', '"format":1'))).toBeUndefined();
  });
});

const writtenJournal = [
  'AAAA3nsiZm9ybWF0IjoyLCJkZXZpY2UiOiJsYXB0b3AtMSIsImZpbGUiOiJjb25zdWx0YXRpb25zIiwic2NoZW1hVmVyc2lvbiI6',
  'MywiZ2VuZXJhdGlvbiI6MSwic2FsdCI6IlFFRkNRMFJGUmtkSVNVcExURTFPVDFCUlVsTlVWVlpYV0ZsYVcxeGRYbDg9Iiwid3Jh',
  'cHBlZEtleSI6InQ5WjY3SEpwRHhMMXB1TXNuS0FDR3grMTYrYUNxeE1aWDFrWmw2eTFLZ3ZqMkNxWVU2b2N2YXMxckdQV05BT04i',
  'fVMAAAAXAAAAAH8WIo9VI5+TNV/WY3ya9EBKeYoTxp6cLlTe/1NTAAAAHAAAAAF/wSMIqo3rMeeePylLyKgC3Z4PB/fI7CHBoeJ/',
  'dKmMwFM=',
].join('');

describe('S8 S31 the journal, format 2', () => {
  const binding = { device: 'laptop-1', file: 'consultations', schemaVersion: 3 };

  async function written(): Promise<Buffer> {
    const files = new SimulatedDisk();
    const result = openSealedJournal({ path: '/j/j', binding, wrapKey: key, files, random: drawing(salt, dataKey) });
    if (result.outcome === 'refused') throw new Error(result.reason);
    await result.journal.append('first');
    await result.journal.append({ second: 2 });
    await result.journal.close();
    return Buffer.from(files.read('/j/j') ?? []);
  }

  function uint32(number: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    return bytes;
  }

  function frame(number: number, json: string): Buffer {
    const nonce = number.toString(16).padStart(24, '0');
    const data = `["sallyport/journal-record","laptop-1","consultations",3,1,${number}]`;
    const body = sealed(dataKey, nonce, data, Buffer.from(json));
    const head = Buffer.concat([Buffer.from('S'), uint32(body.length), uint32(number)]);
    return Buffer.concat([head, uint32(crc32(head)), body, Buffer.from('S')]);
  }

  test('is what the description says', async () => {
    const under = hkdf(key, salt, 'sallyport/journal-generation-key/2');
    const data = '["sallyport/journal-key",2,"laptop-1","consultations",3,1]';
    const wrapped = sealed(under, '00'.repeat(12), data, dataKey).toString('base64');
    const text = `{"format":2,"device":"laptop-1","file":"consultations","schemaVersion":3,"generation":1,"salt":"${salt.toString('base64')}","wrappedKey":"${wrapped}"}`;
    const header = Buffer.concat([uint32(text.length), Buffer.from(text)]);
    expect(await written()).toEqual(Buffer.concat([header, frame(0, '"first"'), frame(1, '{"second":2}')]));
  });

  test('is these very bytes, and opens', async () => {
    const bytes = Buffer.from(writtenJournal, 'base64');
    expect((await written()).toString('base64')).toBe(bytes.toString('base64'));
    const files = new SimulatedDisk();
    files.makeDirectory('/j');
    files.write('/j/j', bytes);
    const random = drawing(counting(0xa0), counting(0xc0));
    const result = openSealedJournal({ path: '/j/j', binding, wrapKey: key, files, random });
    expect(result.outcome === 'opened' && result.journal.entries()).toEqual(['first', { second: 2 }]);
  });
});
