import type { FleetPolicy, OrderKind, SiteKind } from '@sallyport/protocol';

/** The languages of the approver. */
export type Language = 'en' | 'cy';

/** Everything the approver says; the same members in each language. */
export interface Words {
  pageName: string;
  approve: string;
  approving: string;
  decline: string;
  approved: string;
  declined: string;
  /** @param left a stopwatch's reading; undefined when there is more than a day */
  expiresAt: (moment: string, left: string | undefined) => string;
  /** Browsers know no Welsh months. */
  months: readonly string[];
  moment: (day: string, time: string) => string;
  expired: string;
  unknownStatement: string;
  passkeyNotUsed: string;
  passkeyFailed: string;
  validUntil: string;
  from: (opens: string, closes: string) => string;
  grant: {
    title: string;
    lead: (laptop: string) => string;
    check: string;
    otherCode: string;
    laptop: string;
    consultant: string;
    room: string;
    openUntil: string;
    shared: string;
  };
  order: {
    title: Record<OrderKind, string>;
    lead: Record<OrderKind, (laptops: number) => string>;
    laptops: string;
    reason: string;
    consequences: Record<OrderKind, readonly string[]>;
    secondPerson: string;
  };
  manifest: {
    title: (version: number) => string;
    lead: string;
    trustees: string;
    trusteesNote: (threshold: number) => string;
    officers: string;
    officersNote: string;
    site: Record<SiteKind, (name: string) => string>;
    managersNote: (threshold: number) => string;
    siteNumber: (id: string) => string;
    rules: string;
    policy: (policy: FleetPolicy) => readonly string[];
    otherApprover: (origin: string) => string;
    otherRelyingParty: (rpId: string) => string;
  };
  roster: {
    title: (site: string, version: number) => string;
    lead: string;
    people: string;
    nobody: string;
    note: string;
  };
  person: (name: string, passkeys: number) => string;
}
