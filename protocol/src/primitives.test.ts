import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64url, identifier, instant, line, paragraph, parseJson, toBase64url } from './primitives.ts';

describe('P1.2 bytes travel as canonical base64url', () => {
  test('every byte string survives the round trip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
      }),
    );
  });

  test.each(['YQ==', 'YR', 'Y', 'a+b_', 'a b', 'YQ\n'])('%j is no canonical text', (text) => {
    expect(fromBase64url(text)).toBeUndefined();
  });
});

test('P1.3 times outside 2020 to 2200 are malformed', () => {
  expect(instant.safeParse(0).success).toBe(false);
  expect(instant.safeParse(Number.MAX_SAFE_INTEGER).success).toBe(false);
  expect(instant.safeParse(1_790_000_000_000.5).success).toBe(false);
  expect(instant.safeParse(1_790_000_000_000).success).toBe(true);
});

describe('P1.4 words', () => {
  test.each(['', ' Rao', 'Rao ', 'a\nb', 'a\u202eb', 'a\u0000b', 'a\u200bb', 'a\u2028b', 'x'.repeat(81)])(
    '%j is refused',
    (words) => {
      expect(line(80).safeParse(words).success).toBe(false);
    },
  );

  test.each(["Siân O'Neill", 'Dr Ngũgĩ', '李医生'])('%j is a name', (words) => {
    expect(line(80).safeParse(words).success).toBe(true);
  });

  test('a paragraph may have several lines, but no escape sequences', () => {
    expect(paragraph(100).safeParse('one\ntwo').success).toBe(true);
    expect(paragraph(100).safeParse('\u001b[31m').success).toBe(false);
  });
});

test('P1.1 identifiers are UUIDs and nothing else', () => {
  expect(identifier.safeParse('6f1c7f3e-93f5-4d09-9a53-0b3f8b8b0b11').success).toBe(true);
  expect(identifier.safeParse("6f1c7f3e-93f5-4d09-9a53-0b3f8b8b0b11'--").success).toBe(false);
});

test('JSON that is too long is never parsed', () => {
  expect(parseJson('[1,2]', 4)).toBeUndefined();
  expect(parseJson('[1,2]', 5)).toEqual({ value: [1, 2] });
  expect(parseJson('{', 5)).toBeUndefined();
});
