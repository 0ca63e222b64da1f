import { expect, test } from 'vitest';
import * as z from 'zod';
import { createLogger } from './log.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  write(createLogger('info', { write: (line: string) => void (text += line) }));
  return text;
}

test('S19 secrets and people’s care never reach a line, at any of the usual depths', () => {
  const secret = 'S3CRET';
  const patient = { patientReference: secret, patientName: secret, nhsNumber: secret };
  const members = { token: secret, cookie: secret, ...patient, share: secret, ticket: secret, holder: secret };
  const text = logged((logger) => {
    logger.info(members, 'top');
    logger.info({ request: members }, 'one');
    logger.info({ a: { request: members } }, 'two');
  });
  expect(text).not.toContain(secret);
  expect(text.split('\n').filter(Boolean)).toHaveLength(3);
});

test('S19 an error is logged without the values that made it', () => {
  const failed = z.strictObject({ name: z.literal('x') }).safeParse({ name: 'S3CRET', S3CRET: 1 });
  const detailed = Object.assign(new Error('duplicate key'), { detail: 'Key (name)=(S3CRET)', code: '23505' });
  const text = logged((logger) => {
    logger.error({ err: failed.error }, 'schema');
    logger.error({ err: new Error('outer', { cause: detailed }) }, 'database');
  });
  expect(text).not.toContain('S3CRET');
  expect(text).toContain('does not match its schema');
  expect(text).toContain('23505');
});
