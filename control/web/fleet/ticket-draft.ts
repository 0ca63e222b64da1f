import { consoleApi } from '@sallyport/protocol';
import type { ConsoleInput } from '@sallyport/protocol';
import type { PlainKey } from '../ui/messages/catalogue.ts';

type DraftError = { field: 'device-name' | 'device-site'; words: PlainKey };

/** Checks the name and site of a laptop to enrol. */
export function checkTicket(draft: {
  name: string;
  site: string;
}): { ok: true; value: ConsoleInput<'createTicket'>['body'] } | { ok: false; errors: readonly DraftError[] } {
  const { shape } = consoleApi.createTicket.body;
  const name = draft.name.trim();
  const errors: DraftError[] = [];
  if (name === '') errors.push({ field: 'device-name', words: 'ticket.needName' });
  else if (!shape.name.safeParse(name).success) errors.push({ field: 'device-name', words: 'ticket.badName' });
  if (!shape.site.safeParse(draft.site).success) errors.push({ field: 'device-site', words: 'ticket.needSite' });
  return errors.length > 0 ? { ok: false, errors } : { ok: true, value: { name, site: draft.site } };
}

/** The name of the file a ticket is downloaded as: safe on every file system. */
export function ticketFileName(device: string): string {
  const plain = device.replaceAll(/[^A-Za-z0-9-]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return `sallyport-ticket-${plain === '' ? 'laptop' : plain}.txt`;
}
