/** A ticket is at most this many characters of text; the contract refuses longer ones. */
export const longestTicket = 500;

/** A file that holds a ticket is small; anything larger is something else and is not even read. Bytes. */
const largestFile = 4096;

/**
 * Reads a ticket from a file that a person chose.
 * @returns its text, or undefined when it cannot be a ticket
 */
export async function readTicketFile(file: Pick<File, 'size' | 'text'>): Promise<string | undefined> {
  if (file.size > largestFile) return undefined;
  try {
    const text = (await file.text()).trim();
    return text.length > 0 && text.length <= longestTicket ? text : undefined;
  } catch {
    return undefined;
  }
}
