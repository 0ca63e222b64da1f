import * as z from 'zod';

/**
 * An NHS number as a person types it: ten digits, spaces and dashes ignored, the last one a check digit (modulus 11, NHS Data
 * Dictionary, "NHS NUMBER"). Its parsed form is the ten digits.
 */
export const nhsNumber = z
  .string()
  .max(20)
  .transform((typed) => typed.replaceAll(/[\s-]/g, ''))
  .pipe(
    z
      .string()
      .regex(/^\d{10}$/)
      .refine(hasItsCheckDigit),
  );

function hasItsCheckDigit(digits: string): boolean {
  const sum = Array.from(digits.slice(0, 9), (digit, place) => Number(digit) * (10 - place)).reduce((a, b) => a + b);
  const check = (11 - (sum % 11)) % 11;
  // A number that would need 10 is never given out.
  return check !== 10 && check === Number(digits.charAt(9));
}

/** Writes an NHS number for people: three, three, four. */
export function formatNhsNumber(digits: string): string {
  return `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}`;
}
