import { describe, expect, test } from 'vitest';
import { readTicketFile } from './ticket-file.ts';

describe('a chosen file', () => {
  test('that holds a ticket is read without the white space around it', async () => {
    expect(await readTicketFile(new File(['SALLYPORT a:1 ABC\r\n'], 'ticket.txt'))).toBe('SALLYPORT a:1 ABC');
  });

  test.each([
    ['empty', ''],
    ['longer than any ticket', 'S'.repeat(501)],
    ['large', 'S'.repeat(5000)],
  ])('that is %s is no ticket', async (_, text) => {
    expect(await readTicketFile(new File([text], 'other'))).toBeUndefined();
  });

  test('that cannot be read is no ticket', async () => {
    const gone = { size: 10, text: () => Promise.reject(new DOMException('', 'NotReadableError')) };
    expect(await readTicketFile(gone)).toBeUndefined();
  });
});
