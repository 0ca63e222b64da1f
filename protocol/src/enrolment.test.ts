import fc from 'fast-check';
import { expect, test } from 'vitest';
import { enrolmentAnchor, formatTicket, parseTicket } from './enrolment.ts';

const ticket = {
  address: 'control.example.nhs.uk:8444',
  secret: new Uint8Array(10).map((_, index) => index * 23),
  anchor: new Uint8Array(16).map((_, index) => 255 - index),
};

test('P8.1 a ticket survives being written and read', async () => {
  expect(await parseTicket(await formatTicket(ticket))).toEqual(ticket);
  expect(await parseTicket(`  ${(await formatTicket(ticket)).toLowerCase().replaceAll('-', ' ')}\n`)).toEqual(ticket);
});

test('P8.1 any ticket does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 10, maxLength: 10 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      async (secret, anchor) => {
        const made = { address: '[::1]:8444', secret: new Uint8Array(secret), anchor: new Uint8Array(anchor) };
        expect(await parseTicket(await formatTicket(made))).toEqual(made);
      },
    ),
  );
});

test('P8.1 any one symbol mistyped is noticed, the last as well', async () => {
  const text = await formatTicket(ticket);
  for (let at = text.lastIndexOf(' ') + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '-') continue;
    const other = text.charAt(at) === '0' ? '1' : '0';
    expect(await parseTicket(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
  }
});

test('P8.1 one symbol mistyped, or another address, is noticed', async () => {
  const text = await formatTicket(ticket);
  const at = text.lastIndexOf(' ') + 3;
  const other = text.charAt(at) === '7' ? '8' : '7';
  expect(await parseTicket(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
  expect(await parseTicket(text.replace('8444', '8445'))).toBeUndefined();
});

test.each(['', 'SALLYPORT', 'SALLYPORT host:1 ABC', 'x'.repeat(501), 'SALLYPORT http://a:1 AAAA'])(
  'P8.1 %j is no ticket',
  async (text) => {
    expect(await parseTicket(text)).toBeUndefined();
  },
);

test('P8.2 S14 the anchor commits to both the certificate and the manifest', async () => {
  const anchor = await enrolmentAnchor(Uint8Array.of(1), Uint8Array.of(2));
  expect(anchor).toHaveLength(16);
  expect(await enrolmentAnchor(Uint8Array.of(2), Uint8Array.of(2))).not.toEqual(anchor);
  expect(await enrolmentAnchor(Uint8Array.of(1), Uint8Array.of(1))).not.toEqual(anchor);
});
