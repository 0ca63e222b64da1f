import { decodeStatement, fromBase64url } from '@sallyport/protocol';
import type { Statement, StatementType } from '@sallyport/protocol';

/** Reads a statement from its bytes as control sends them; undefined when they are none that this page knows. */
export function readStatement(statement: string): Statement | undefined {
  const bytes = fromBase64url(statement);
  return bytes && decodeStatement(bytes);
}

/** Reads a statement of one kind from its bytes; undefined when they are none of that kind. */
export function readStatementOf<T extends StatementType>(
  type: T,
  statement: string | undefined,
): Extract<Statement, { type: T }> | undefined {
  const read = statement === undefined ? undefined : readStatement(statement);
  return read !== undefined && isOfType(read, type) ? read : undefined;
}

function isOfType<T extends StatementType>(read: Statement, type: T): read is Extract<Statement, { type: T }> {
  return read.type === type;
}
