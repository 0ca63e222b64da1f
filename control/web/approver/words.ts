import type { FleetPolicy, GuestKind, OrderKind, SiteKind } from '@sallyport/protocol';

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
  /** @param left a stopwatch's reading */
  expiresAt: (moment: string, left: string) => string;
  /** Browsers know no Welsh months. */
  months: readonly string[];
  moment: (day: string, time: string) => string;
  expired: string;
  unknownStatement: string;
  passkeyNotUsed: string;
  passkeyFailed: string;
  validUntil: string;
  from: (opens: string, closes: string) => string;
  /** What somebody must look at before all else. */
  careful: (what: string) => string;
  keyCode: string;
  newKeyCode: string;
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
  join: {
    title: string;
    lead: (moment: string, laptop: string, prison: string, name: string) => string;
    laptop: string;
    prison: string;
    name: string;
    hospital: string;
    shown: string;
    ofLaptop: string;
  };
  guest: {
    title: string;
    lead: (name: string, moment: string, laptop: string, prison: string) => string;
    name: string;
    kind: string;
    kinds: Record<GuestKind, string>;
    hospital: string;
    known: string;
    shown: string;
  };
  order: {
    title: Record<OrderKind, string>;
    lead: Record<OrderKind, (laptops: number) => string>;
    laptops: string;
    reason: string;
    consequences: Record<OrderKind, readonly string[]>;
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
    rules: string;
    /** One sentence a rule; digests are written out, and stand for the audit key. */
    rule: { [R in keyof FleetPolicy]: (value: FleetPolicy[R]) => string };
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
  changes: {
    heading: (version: number) => string;
    first: string;
    whatIsNew: string;
    saysFirst: string;
    skipped: string;
    cannotBeShown: string;
    unknownPredecessor: string;
    notDirectlyBefore: (before: number, version: number) => string;
    nothing: string;
    compareKeys: string;
    managers: (site: string) => string;
    sites: string;
    added: (name: string) => string;
    removed: (name: string) => string;
    renamed: (name: string) => string;
    passkeysAdded: (name: string) => string;
    passkeysRemoved: (name: string) => string;
    agreeing: (people: number) => string;
    siteAdded: Record<SiteKind, (name: string) => string>;
    siteRemoved: Record<SiteKind, (name: string) => string>;
    untilNow: (what: string) => string;
  };
  others: {
    heading: string;
    nobody: string;
    orderOfOne: string;
    orderOfSeveral: string;
    founding: (threshold: number, names: string) => string;
    trusteesBefore: (version: number, threshold: number, names: string) => string;
    trusteesUnknown: string;
    trusteesOfThis: (threshold: number, names: string) => string;
    managers: string;
  };
  everything: (version: number) => string;
  record: { heading: string } & Record<RecordLabel, string>;
}

/** What is shown so that nothing is left out, though nobody needs it to decide. */
export type RecordLabel =
  | 'fleet'
  | 'issued'
  | 'manifest'
  | 'follows'
  | 'laptop'
  | 'laptopKey'
  | 'sequence'
  | 'site'
  | 'hospital'
  | 'appointment'
  | 'person'
  | 'guest'
  | 'joinKey';
